import { resolve } from 'node:path';
import { openArtefact } from '../quant/index.ts';
import { formatArtefactReport, reportArtefact } from './artefact-report.ts';
import type { Output } from './output.ts';

/** Result of a command that made an artefact: what it holds, and how to serve it. `more` goes into the JSON. */
export async function showMadeArtefact(out: string, output: Output, more: object = {}): Promise<void> {
  const artefact = await openArtefact(out, { verify: false });
  try {
    const report = reportArtefact(artefact, false);
    const next = `Serve it with: npm start -- --model ${out}   (or: quept serve --model ${out})`;
    output.result(
      { directory: resolve(out), ...report, ...more },
      () => `${formatArtefactReport(report)}\n\n${next}`,
    );
  } finally {
    await artefact.close();
  }
}
