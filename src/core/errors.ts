/**
 * The one table of failures. Every adapter (HTTP, gRPC, command line) maps a code through this table and
 * through nothing else, so a fault looks the same whichever way it leaves the process.
 */
interface ErrorEntry {
  /** HTTP status. */
  readonly http: number;
  /** gRPC status code (numeric, as in google.rpc.Code). */
  readonly grpc: number;
  /** `error.type` of the OpenAI error object. */
  readonly type: string;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
}

export const ERROR_TABLE = {
  invalid_request: { http: 400, grpc: 3, type: 'invalid_request_error', retryable: false },
  context_length_exceeded: { http: 400, grpc: 3, type: 'invalid_request_error', retryable: false },
  invalid_api_key: { http: 401, grpc: 16, type: 'invalid_request_error', retryable: false },
  permission_denied: { http: 403, grpc: 7, type: 'invalid_request_error', retryable: false },
  not_found: { http: 404, grpc: 5, type: 'invalid_request_error', retryable: false },
  model_not_found: { http: 404, grpc: 5, type: 'invalid_request_error', retryable: false },
  method_not_allowed: { http: 405, grpc: 12, type: 'invalid_request_error', retryable: false },
  request_timeout: { http: 408, grpc: 4, type: 'invalid_request_error', retryable: true },
  request_too_large: { http: 413, grpc: 8, type: 'invalid_request_error', retryable: false },
  unsupported_media_type: { http: 415, grpc: 3, type: 'invalid_request_error', retryable: false },
  rate_limit_exceeded: { http: 429, grpc: 8, type: 'rate_limit_error', retryable: true },
  insufficient_quota: { http: 429, grpc: 8, type: 'insufficient_quota', retryable: false },
  cancelled: { http: 499, grpc: 1, type: 'invalid_request_error', retryable: false },
  internal_error: { http: 500, grpc: 13, type: 'server_error', retryable: false },
  overloaded: { http: 503, grpc: 14, type: 'server_error', retryable: true },
  shutting_down: { http: 503, grpc: 14, type: 'server_error', retryable: true },
  engine_unavailable: { http: 503, grpc: 14, type: 'server_error', retryable: true },
  deadline_exceeded: { http: 504, grpc: 4, type: 'server_error', retryable: true },
  // Offline faults: raised before a server exists, shown by the command line.
  invalid_usage: { http: 400, grpc: 3, type: 'usage_error', retryable: false },
  invalid_config: { http: 500, grpc: 9, type: 'server_error', retryable: false },
  invalid_checkpoint: { http: 500, grpc: 9, type: 'server_error', retryable: false },
  invalid_artefact: { http: 500, grpc: 9, type: 'server_error', retryable: false },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_TABLE;

interface ErrorDetails {
  /** The request field at fault, e.g. `messages[2].content`. */
  readonly param?: string;
  /** How long a client should wait before trying again, milliseconds. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The only error whose message may reach a client. Anything else that is thrown is a fault of ours and is
 * shown as `internal_error` without its text.
 */
export class QueptError extends Error {
  override readonly name = 'QueptError';
  readonly code: ErrorCode;
  readonly param: string | null;
  readonly retryAfterMs: number | null;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.param = details.param ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }

  get http(): number {
    return ERROR_TABLE[this.code].http;
  }

  /** The same fault, of a field that is called `param` where it is told. */
  at(param: string, message = this.message): QueptError {
    const { code, retryAfterMs, cause } = this;
    return new QueptError(code, message, { param, cause, ...(retryAfterMs !== null && { retryAfterMs }) });
  }
}

/** What may be told of any thrown value: a QueptError as it is, everything else as `internal_error`. */
export function toPublicError(thrown: unknown): QueptError {
  if (thrown instanceof QueptError) return thrown;
  return new QueptError('internal_error', 'The server failed to handle this request.', { cause: thrown });
}
