/** An answer that is an error, or none at all. */
export class ApiError extends Error {
  /** Of the answer; 0 where there was none. */
  readonly status: number;
  readonly code: string;
  /** When to try again; null where that is not told. */
  readonly retryAfterMs: number | null;

  constructor(status: number, code: string, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The error that the body of an answer, or the last event of a stream, tells of. */
export function readError(status: number, body: unknown, retryAfterMs: number | null): ApiError {
  const { message, code } = (body as { error?: { message?: unknown; code?: unknown } } | null)?.error ?? {};
  return new ApiError(
    status,
    typeof code === 'string' ? code : 'unknown',
    typeof message === 'string' ? message : `The server answered with status ${status}.`,
    retryAfterMs,
  );
}

/** What to tell of an error, and what to do about it. */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof ApiError)) return 'Something went wrong in this page. Loading it again may help.';
  const { code, message, retryAfterMs } = thrown;
  const told = retryAfterMs === null || /try again in/i.test(message);
  const again = told ? '' : ` Try again in ${seconds(retryAfterMs)}.`;
  switch (code) {
    case 'unreachable':
      return 'The server does not answer. It may be restarting.';
    case 'rate_limit_exceeded':
      return `Limit reached: ${message}${again}`;
    case 'insufficient_quota':
      return `Limit reached: ${message}`;
    case 'invalid_api_key':
      return `Key refused: ${message}`;
    case 'permission_denied':
      return `Not allowed: ${message}`;
    default:
      return `${message}${again}`;
  }
}

function seconds(ms: number): string {
  return ms < 1000 ? 'a second' : `${Math.ceil(ms / 1000)} s`;
}
