import { type Command, InvalidArgumentError } from 'commander';
import {
  type Device,
  type FinishedEvent,
  type GenerationEvent,
  type PrecisionRange,
  QueptError,
  resolvePrecision,
  type SamplingParams,
  WITHOUT_TARGETS,
} from '../../core/index.ts';
import { resolveMaxTokens, resolveSampling } from '../../gateway/index.ts';
import { parsePrecisionWord } from '../../protocol/index.ts';
import { createCeilingPolicy, createScheduler, firstComePolicy } from '../../scheduler/index.ts';
import { defineCommand } from '../define-command.ts';
import { deviceOption } from '../device-option.ts';
import { interruptible } from '../interrupt.ts';
import { type LocalModel, openLocalModel } from '../open-model.ts';
import { createOutput, type Streams } from '../output.ts';

const PRECISION = { param: '--precision', name: '--precision' };

interface GenerateOptions {
  readonly prompt: string;
  readonly chat?: boolean;
  readonly precision: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly device: Device;
  readonly json?: boolean;
}

const PREFILL_CHUNK = 256;

export function registerGenerate(program: Command, streams: Streams): void {
  defineCommand(program, {
    usage: 'generate <model>',
    summary: 'continue a prompt, without a server',
    description:
      'Continues a text, or answers it as a chat message with --chat, and prints the continuation alone on stdout, ' +
      'as it is made. --precision takes what the API takes: auto, a number of bits, a config id, or a range q4..q8.',
    examples: [
      'generate ./tiny-llama-q --prompt "Once upon a time" --max-tokens 60',
      'generate ./tiny-llama-q --prompt "Once upon a time" --precision 4 --temperature 0',
    ],
  })
    .requiredOption('--prompt <text>', 'text to continue')
    .option('--chat', 'treat the prompt as a message from a user, by the model’s chat template')
    .option('--precision <p>', 'precision to serve at', 'auto')
    .option(
      '--max-tokens <n>',
      'tokens to generate at most (default: what the context leaves)',
      atLeast(1, true),
    )
    .option('--temperature <t>', '0 is greedy (default: the model’s)', atLeast(0, false))
    .option('--top-p <p>', 'nucleus sampling', fraction)
    .option('--top-k <k>', 'sample among the k likeliest tokens, 0 for all', atLeast(0, true))
    .option('--seed <n>', 'same seed, same output', atLeast(0, true))
    .addOption(deviceOption('auto'))
    .action((model: string, options: GenerateOptions) =>
      interruptible((signal) => run(model, options, streams, signal)),
    );
}

async function run(
  model: string,
  options: GenerateOptions,
  streams: Streams,
  signal: AbortSignal,
): Promise<void> {
  const output = createOutput(options.json === true, streams);
  const onNote = (note: string) => output.note(note);
  const local = await openLocalModel(model, { slots: 1, device: options.device, onNote });
  try {
    const { ladder, name } = local.artefact.manifest;
    const range = resolvePrecision(ladder, parsePrecisionWord(options.precision, ladder, PRECISION));
    let text = '';
    const finished = await generate(local, options, range, signal, (piece) => {
      text += piece;
      if (!output.json) streams.stdout.write(piece);
    });
    if (!output.json) streams.stdout.write('\n');
    else {
      const { reason, usage, precision } = finished;
      output.result({ model: name, text, finishReason: reason, usage, precision }, () => text);
    }
  } finally {
    await local.close();
  }
}

async function generate(
  local: LocalModel,
  options: GenerateOptions,
  { floor, ceiling }: PrecisionRange,
  signal: AbortSignal,
  onText: (piece: string) => void,
): Promise<FinishedEvent> {
  const { artefact, runner, tokenizer } = local;
  const { ladder, generation } = artefact.manifest;
  const promptTokens = options.chat
    ? tokenizer.encodeChat([{ role: 'user', content: options.prompt }], { addGenerationPrompt: true })
    : tokenizer.encode(options.prompt, { addSpecialTokens: true });
  const prompt = { kind: 'text' as const, text: options.prompt };
  const wanted = options.maxTokens ?? generation.maxTokens;
  const maxTokens = resolveMaxTokens(runner.shape.contextLength, prompt, promptTokens.length, wanted);
  const events: GenerationEvent[] = [];
  const scheduler = createScheduler({
    runner,
    ladder,
    textDecoder: tokenizer,
    clock: performance,
    limits: { maxWaiting: 1, prefillChunk: PREFILL_CHUNK, maxBatch: 1 },
    precisionPolicy: createCeilingPolicy({ promote: false }),
    batchPolicy: firstComePolicy,
    emit: (event) => events.push(event),
  });
  const sampling = resolveSampling(generation.sampling, wantedSampling(options));
  const terms = { ...WITHOUT_TARGETS, sampling, stop: [], floor, ceiling };
  scheduler.submit({ id: 'cli', promptTokens, maxTokens, ...terms });
  for (;;) {
    signal.throwIfAborted();
    await scheduler.step();
    for (const event of events.splice(0)) {
      if (event.type === 'failed') throw new QueptError(event.code, event.message);
      onText(event.text);
      if (event.type === 'finished') return event;
    }
  }
}

function wantedSampling({ temperature, topP, topK, seed }: GenerateOptions): Partial<SamplingParams> {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function atLeast(least: number, whole: boolean) {
  return (text: string): number => {
    const value = Number(text);
    const fits =
      text.trim() !== '' && value >= least && (whole ? Number.isSafeInteger(value) : Number.isFinite(value));
    if (fits) return value;
    throw new InvalidArgumentError(`must be a ${whole ? 'whole ' : ''}number of at least ${least}`);
  };
}

function fraction(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('must be above 0 and at most 1');
}
