import { type Command, Option } from 'commander';
import {
  BATCH_POLICIES,
  type BatchPolicyName,
  POLICY_NAMES,
  type PolicyName,
} from '../../scheduler/index.ts';
import { defineCommand } from '../define-command.ts';
import { BadNews, createOutput, type Streams } from '../output.ts';
import { type ReplayReport, replayRecording } from '../replay-recording.ts';

interface ReplayFlags {
  readonly json?: boolean;
  readonly policy?: PolicyName;
  readonly batching?: BatchPolicyName;
}

export function registerReplay(program: Command, streams: Streams): void {
  defineCommand(program, {
    usage: 'replay <recording>',
    summary: 'plan a recorded run again and compare',
    description:
      'Shows every state of a run, as serve --record wrote it down, to the policies again, and says whether each ' +
      'plan comes out as it did then, or the first that does not. With another policy it tells where that one ' +
      'would have begun to decide differently; ends with 1 when plans differ.',
    examples: ['replay run.jsonl', 'replay run.jsonl --policy fixed --batching first-come --json'],
  })
    .addOption(
      new Option('--policy <name>', 'precision policy instead of the recorded one').choices(POLICY_NAMES),
    )
    .addOption(
      new Option('--batching <name>', 'batch policy instead of the recorded one').choices(
        Object.keys(BATCH_POLICIES),
      ),
    )
    .action(async (recording: string, flags: ReplayFlags) => {
      const { policy = null, batching = null } = flags;
      const report = await replayRecording(recording, { policy, batching });
      createOutput(flags.json === true, streams).result(report, () => textOf(report));
      if (!report.identical) throw new BadNews('the plans differ');
    });
}

function textOf({ policy, batching, runs, steps, seconds, difference }: ReplayReport): string {
  const what = `${steps} steps in ${seconds.toFixed(1)} s${runs > 1 ? ` of ${runs} runs` : ''}`;
  const by = `policy ${policy}, batching ${batching}`;
  if (difference === null) return `All plans are identical: ${what} (${by}).`;
  return [
    `The plans differ at step ${difference.step} (line ${difference.line}), after ${what} (${by}).`,
    `recorded: ${JSON.stringify(difference.recorded)}`,
    `replayed: ${JSON.stringify(difference.replayed)}`,
  ].join('\n');
}
