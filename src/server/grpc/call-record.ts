import type { Metadata } from '@grpc/grpc-js';
import { AccessRecord, type AccessSinks } from '../access-record.ts';
import { textOf } from './call-metadata.ts';

/** The record of a call of the method at `path`: only methods that are there get so far. */
export function callRecord(
  sinks: AccessSinks,
  requestId: string,
  path: string,
  metadata: Metadata,
): AccessRecord {
  const method = path.replace(/^\//, '');
  return new AccessRecord(sinks, {
    requestId,
    method: 'GRPC',
    path,
    spanName: method,
    spanAttributes: { 'rpc.system.name': 'grpc', 'rpc.method': method },
    traceparent: textOf(metadata, 'traceparent'),
    tracestate: textOf(metadata, 'tracestate'),
  });
}
