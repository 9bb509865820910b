import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
import { ERROR_TABLE, type QueptError } from '../../core/index.ts';
import { retryHeaders } from '../openai/error-headers.ts';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from './gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from './gen/google/rpc/status_pb.ts';

/** How a call fails. */
export interface ErrorStatus {
  /** gRPC status code. */
  readonly code: number;
  readonly message: string;
  /** Trailers; names that end in `-bin` have bytes. */
  readonly trailers: Readonly<Record<string, string | Uint8Array>>;
}

/** Who defines the reasons of `ErrorInfo`. */
const DOMAIN = 'quept.v1';
/** Trailers share a few kilobytes, and a client whose limit they exceed sees no error at all but a broken call. */
const LONGEST_MESSAGE = 1_000;

/**
 * An error as gRPC clients expect it. The details of `google.rpc.Status` say the same as the plain trailers, for
 * libraries that know them.
 */
export function errorStatus(error: QueptError): ErrorStatus {
  const code = ERROR_TABLE[error.code].grpc;
  const message = sendable(error.message);
  const param = error.param === null ? null : sendable(error.param);
  const retry = retryHeaders(error);
  const waitMs = retry['retry-after-ms'];
  const details = [
    anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: error.code.toUpperCase(), domain: DOMAIN })),
  ];
  if (param !== null && code === ERROR_TABLE.invalid_request.grpc) {
    const fieldViolations = [{ field: param, description: message }];
    details.push(anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations })));
  }
  if (waitMs !== undefined) {
    const retryDelay = durationFromMs(Number(waitMs));
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay })));
  }
  return {
    code,
    message,
    trailers: {
      'x-error-code': error.code,
      ...(param !== null && { 'x-error-param': param }),
      ...retry,
      // A client's retry policy obeys this one; what is not retryable has no such trailer.
      ...(waitMs !== undefined && { 'grpc-retry-pushback-ms': waitMs }),
      'grpc-status-details-bin': toBinary(StatusSchema, create(StatusSchema, { code, message, details })),
    },
  };
}

/** Bounded, and without halves of surrogate pairs, which UTF-8 cannot carry. */
function sendable(text: string): string {
  return text.slice(0, LONGEST_MESSAGE).replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
