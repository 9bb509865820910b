import { QueptError } from '../../core/index.ts';
import { type LoadTarget, targetUrl } from './load-target.ts';
import { errorCode } from './read-stream.ts';

/** A short answer. */
export interface ServerAnswer {
  readonly status: number;
  readonly text: string;
  /** Undefined where the text is none. */
  readonly json: unknown;
}

const PATIENCE_MS = 60_000;
const MOST_SHOWN = 200;

/** Throws QueptError `invalid_usage` when the server cannot be reached. */
export function getJson(target: LoadTarget, path: string): Promise<ServerAnswer> {
  return ask(target, path, {});
}

/** As `getJson`. */
export function postJson(target: LoadTarget, path: string, body: object): Promise<ServerAnswer> {
  return ask(target, path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}

async function ask(
  target: LoadTarget,
  path: string,
  { headers, ...init }: { method?: string; body?: string; headers?: Record<string, string> },
): Promise<ServerAnswer> {
  try {
    const response = await fetch(targetUrl(target, path), {
      ...init,
      headers: { ...headers, ...target.headers },
      // A key goes where it was meant to go, and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    return { status: response.status, text, json: parsed(text) };
  } catch (error) {
    const { code, name, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    const reason = code ?? (name === 'TimeoutError' ? `no answer in ${PATIENCE_MS / 1000} s` : message);
    throw new QueptError(
      'invalid_usage',
      `--url: ${target.base.href} cannot be reached (${reason}). Start the server there, or correct the address.`,
      { cause: error },
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why a server did not do what a load test must be able to ask of it, and what to do about it. */
export function explainRefusal(target: LoadTarget, path: string, answer: ServerAnswer): QueptError {
  const { status } = answer;
  const where = `${target.base.href} (${path})`;
  if (status === 401 || status === 403) {
    return target.keySource === null
      ? new QueptError(
          'invalid_api_key',
          `${where} wants an API key. Name a file that holds one with --api-key-file, or a variable with --api-key-env.`,
        )
      : new QueptError(
          status === 401 ? 'invalid_api_key' : 'permission_denied',
          `${target.keySource}: ${where} does not take this key (${status}). Give one that it knows and that may do this.`,
        );
  }
  if (status >= 300 && status < 400)
    return usage(`${where} redirects (${status}). Give the address that it leads to`);
  const message = messageOf(answer);
  const remedy = message.includes('ignore_eos') ? '. Leave that field out with --no-ignore-eos' : '';
  return usage(`${where} answered ${status}: ${message}${remedy}`);
}

function messageOf({ text, json }: ServerAnswer): string {
  const error = (json as { readonly error?: { readonly message?: unknown } } | null | undefined)?.error;
  const message = typeof error?.message === 'string' ? error.message : (errorCode(json) ?? text);
  return message.replaceAll(/\s+/g, ' ').slice(0, MOST_SHOWN).replace(/\.$/, '') || 'nothing';
}

function usage(message: string): QueptError {
  return new QueptError('invalid_usage', `--url: ${message}.`);
}
