import { type BenchResult, htmlReport, REPORT_MARK } from '../../bench/index.ts';
import type { Output } from '../output.ts';
import { prepareTextFile, type TextFile } from '../text-file.ts';

/** Where a result goes beside the terminal. */
export interface BenchFiles {
  /** Writes what was asked for and notes where. Another fault than that of writing never costs the result. */
  write(results: readonly BenchResult[], output: Output): Promise<void>;
}

const RESULT_KIND = { name: "a result of 'quept bench'", mark: /"format": "quept-bench"/ };
const REPORT_KIND = { name: "a report of 'quept bench'", mark: new RegExp(REPORT_MARK) };

/**
 * Proves before the load begins that the files can be written. A result or report of before is replaced, nothing else.
 *
 * Throws QueptError `invalid_usage` that names the option.
 */
export async function prepareBenchFiles({
  out,
  html,
}: {
  readonly out?: string;
  readonly html?: string;
}): Promise<BenchFiles> {
  const result = out === undefined ? null : await prepareTextFile(out, '--out', RESULT_KIND);
  const report = html === undefined ? null : await prepareTextFile(html, '--html', REPORT_KIND);
  return {
    write: async (results, output) => {
      const [first] = results;
      await save(result, out, () => `${JSON.stringify(first, null, 2)}\n`, output);
      await save(report, html, () => htmlReport(results), output);
    },
  };
}

async function save(
  file: TextFile | null,
  path: string | undefined,
  text: () => string,
  output: Output,
): Promise<void> {
  if (file === null) return;
  await file.write(text());
  output.note(`written: ${path}`);
}
