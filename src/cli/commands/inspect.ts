import type { Command } from 'commander';
import { openArtefact } from '../../quant/index.ts';
import { formatArtefactReport, reportArtefact } from '../artefact-report.ts';
import { defineCommand } from '../define-command.ts';
import { createOutput, type Streams } from '../output.ts';

interface InspectOptions {
  readonly json?: boolean;
  readonly verify: boolean;
}

export function registerInspect(program: Command, streams: Streams): void {
  defineCommand(program, {
    usage: 'inspect <model>',
    summary: 'show what an artefact holds and check it',
    description:
      'Shows architecture, planes, ladder, sizes and provenance of an artefact made by quantize, and checks it: ' +
      'manifest, tensors, and the SHA-256 of every file.',
    examples: ['inspect ./tiny-llama-q', 'inspect ./tiny-llama-q --no-verify --json'],
  })
    .option('--no-verify', 'do not read whole files to check their SHA-256')
    .action(async (model: string, options: InspectOptions) => {
      const artefact = await openArtefact(model, { verify: options.verify });
      try {
        const report = reportArtefact(artefact, options.verify);
        createOutput(options.json === true, streams).result(report, () => formatArtefactReport(report));
      } finally {
        await artefact.close();
      }
    });
}
