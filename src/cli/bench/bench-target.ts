import { askFacts, type LoadKey, type LoadTarget, parseTarget, type ServerFacts } from '../../bench/index.ts';
import { readEnvironment } from '../../config/index.ts';
import { QueptError } from '../../core/index.ts';
import { readText } from '../read-text.ts';
import type { BenchFlags } from './bench-flags.ts';

/** A server that has answered. */
export interface OpenedTarget {
  readonly target: LoadTarget;
  readonly facts: ServerFacts;
}

/** Throws QueptError that names the option at fault. */
export async function openTarget(flags: BenchFlags): Promise<OpenedTarget> {
  const target = parseTarget(flags.url, await readKey(flags));
  return { target, facts: await askFacts(target, flags.model ?? null) };
}

/** Never from the command line itself: that stays in the shell's history, and shows in the list of processes. */
async function readKey({ apiKeyFile, apiKeyEnv }: BenchFlags): Promise<LoadKey | null> {
  if (apiKeyFile !== undefined && apiKeyEnv !== undefined) {
    throw usage('--api-key-env', 'the key comes from there or from --api-key-file. Leave out one');
  }
  if (apiKeyFile !== undefined) {
    return checked(await readText(apiKeyFile, '--api-key-file'), `--api-key-file: ${apiKeyFile}`);
  }
  if (apiKeyEnv === undefined) return null;
  const value = readEnvironment()[apiKeyEnv];
  if (value === undefined)
    throw usage('--api-key-env', `there is no variable ${apiKeyEnv}. Set it, or name another`);
  return checked(value, `--api-key-env: ${apiKeyEnv}`);
}

/** The key itself is in no message. */
function checked(text: string, source: string): LoadKey {
  const secret = text.trim();
  if (/^[\x21-\x7e]+$/.test(secret)) return { secret, source };
  throw new QueptError(
    'invalid_usage',
    `${source} holds no key: it must be one word of printable characters. Put the key there, and nothing else.`,
  );
}

function usage(option: string, message: string): QueptError {
  return new QueptError('invalid_usage', `${option}: ${message}.`);
}
