import { status as grpcStatus } from '@grpc/grpc-js';
import { ERROR_TABLE, type ErrorCode } from '../core/index.ts';
import type { LogFields, SpanAttributes, SpanEnd } from '../observability/index.ts';

/** From here on a fault is the server's. */
const FIRST_SERVER_FAULT = 500;

/** How a call ended, by the fields of its log line, as attributes of its span. */
export function spanAttributesOf(fields: LogFields): SpanAttributes {
  const { status, grpc_code: grpcCode, outcome, error_code: errorCode, key } = fields;
  return {
    'http.response.status_code': typeof status === 'number' ? status : null,
    'rpc.response.status_code': typeof grpcCode === 'number' ? (grpcStatus[grpcCode] ?? null) : null,
    'quept.outcome': textOrNull(outcome),
    'quept.error.code': textOrNull(errorCode),
    'quept.key': textOrNull(key),
  };
}

/** What is the client's fault, or its going away, is no error of a server's span. */
export function spanErrorOf({ error_code: code }: LogFields): SpanEnd {
  const isServerFault =
    typeof code === 'string' &&
    code in ERROR_TABLE &&
    ERROR_TABLE[code as ErrorCode].http >= FIRST_SERVER_FAULT;
  return isServerFault ? { errorType: code } : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
