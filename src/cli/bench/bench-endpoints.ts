import {
  countPrompt,
  ENDPOINT_NAMES,
  type EndpointResult,
  findUsable,
  httpEndpoints,
  learnWords,
  promptText,
  runEndpointTest,
} from '../../bench/index.ts';
import { QueptError } from '../../core/index.ts';
import type { Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import type { EndpointFlags } from './bench-flags.ts';
import { generationWish } from './bench-open.ts';
import { describeTest } from './bench-result.ts';
import { openTarget } from './bench-target.ts';

/** Runs autocannon on one endpoint after the other, as the flags say. */
export async function benchEndpoints(
  flags: EndpointFlags,
  output: Output,
  signal: AbortSignal,
): Promise<EndpointResult> {
  const wanted = flags.endpoints ?? ENDPOINT_NAMES;
  const unknown = wanted.find((name) => !ENDPOINT_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new QueptError(
      'invalid_usage',
      `--endpoints: '${unknown}' is none of ${ENDPOINT_NAMES.join(', ')}.`,
    );
  }
  const { target, facts } = await openTarget(flags);
  const wish = generationWish(flags, facts.model);
  const createdAt = new Date();
  output.note(`${facts.model} at ${target.base.href}: learning what words cost`);
  const asked = wanted.some((name) => name.startsWith('completions')) ? 'completions' : 'chat';
  const words = await learnWords((text) => countPrompt(target, asked, wish, text));
  const all = httpEndpoints({
    wish,
    outputTokens: flags.outputTokens,
    textOf: (index) => promptText(words, flags.promptTokens, { seed: flags.seed, index }),
  });
  const named = all.filter(({ name }) => wanted.includes(name));
  const { usable, lacking } = await findUsable(target, named, flags.endpoints !== undefined);
  if (lacking.length > 0) {
    const told = lacking.map(({ name, status }) => `${name} (${status})`).join(', ');
    output.note(`left out, since the server lacks or refuses them: ${told}`);
  }
  signal.throwIfAborted();
  const progress = createProgress(
    {
      label: 'loading',
      total: usable.length,
      format: (n) => `${Number(n.toFixed(2))} endpoints`,
    },
    output.stderr,
  );
  const { runs, interrupted } = await runEndpointTest({
    target,
    endpoints: usable,
    load: {
      connections: flags.connections,
      rate: flags.rate ?? null,
      seconds: flags.seconds,
      warmupSeconds: flags.warmup,
      timeoutSeconds: flags.timeout,
      signal,
    },
    onProgress: (done, name) => progress.update(done, name),
  });
  progress.end();
  if (interrupted && runs.length === 0) signal.throwIfAborted();
  const settings = {
    connections: flags.connections,
    rate: flags.rate ?? null,
    'prompt-tokens': flags.promptTokens,
    'output-tokens': flags.outputTokens,
    'prompt-tokens-by': words.source,
  };
  return {
    kind: flags.rate === undefined ? 'closed' : 'rate',
    ...describeTest(flags, { target, facts, createdAt, interrupted, settings }),
    runs,
  };
}
