import type { Command } from 'commander';
import { defineCommand } from '../define-command.ts';
import type { Finding, FindingStatus } from '../doctor/finding.ts';
import { runDoctor } from '../doctor/run-doctor.ts';
import { BadNews, createOutput, type Streams } from '../output.ts';
import { addServeOptions } from '../serve/serve-options.ts';

const MARKS: Readonly<Record<FindingStatus, string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };
const NAME_WIDTH = 13;

export function registerDoctor(program: Command, streams: Streams): void {
  const command = defineCommand(program, {
    usage: 'doctor',
    summary: 'look whether this machine can run the server, and say what is wrong',
    description:
      'Looks at what a server with these settings needs: Node, ONNX Runtime (which runs a small graph), processor, memory ' +
      'and limits of the container, the model with its checksums, ports, files, keys, certificates, Redis, the ' +
      'collector of traces, the clock. Takes the options of serve. Says what to do about what is wrong, and ends with 1 ' +
      'where something would keep the server from working.',
    examples: ['doctor', 'doctor --config quept.yaml', 'doctor --model ./tiny-llama-q --slots 32 --json'],
  }).option('--config <file>', 'YAML or JSON file of settings');
  addServeOptions(command).action(async (options: Readonly<Record<string, unknown>>) => {
    const output = createOutput(options.json === true, streams);
    const findings: Finding[] = [];
    for await (const finding of runDoctor(options)) {
      findings.push(finding);
      // Some checks take seconds: each is told when it is known.
      if (!output.json) streams.stdout.write(`${lineOf(finding)}\n`);
    }
    const count = (status: FindingStatus) => findings.filter((finding) => finding.status === status).length;
    const summary = { ok: count('ok'), warnings: count('warn'), failures: count('fail') };
    output.result({ ...summary, findings }, () => summaryLine(summary.warnings, summary.failures));
    if (summary.failures > 0) throw new BadNews();
  });
}

function lineOf({ check, status, message, remedy }: Finding): string {
  const margin = `\n${' '.repeat(NAME_WIDTH + 8)}`;
  const lines = `${MARKS[status]}  ${check.padEnd(NAME_WIDTH)}  ${message.replaceAll('\n', margin)}`;
  return remedy === null ? lines : `${lines}${margin}→ ${remedy}`;
}

function summaryLine(warnings: number, failures: number): string {
  if (failures > 0) return `\n${failures} to be put right, ${warnings} to be looked at.`;
  return warnings > 0 ? `\nThe server will run; ${warnings} to be looked at.` : '\nAll is well.';
}
