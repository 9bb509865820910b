import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** What is read of a message to `/v1/traces`, by field numbers of OpenTelemetry's protocol. */
const PROTO = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; }
}
message ArrayValue { repeated AnyValue values = 1; }
`;
const Request = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('Request');
const KINDS = ['unspecified', 'internal', 'server', 'client'];
const STATUS_ERROR = 2;

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Null at the root. */
  readonly parentId: string | null;
  readonly state: string;
  readonly name: string;
  readonly kind: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  readonly resource: Readonly<Record<string, unknown>>;
}

// biome-ignore lint/suspicious/noExplicitAny: what the wire holds is checked by what is read of it
type Decoded = any;

/** A collector that keeps what it is sent, by OTLP over HTTP in protobuf. */
export interface OtlpCollector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Header fields of the messages. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** All that was sent, as it came. */
  readonly raw: readonly Buffer[];
  /** What it answers from now on; 200 at first. */
  answer(status: number): void;
  /** Resolves with the spans of a trace, once there are as many. */
  trace(traceId: string, count: number): Promise<CollectedSpan[]>;
  close(): Promise<void>;
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const raw: Buffer[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      headers.push(request.headers);
      const sent = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      raw.push(body);
      if (status === 200 && request.method === 'POST' && request.url === '/v1/traces') {
        spans.push(...decodeSpans(body));
      }
      response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    raw,
    answer: (wanted) => {
      status = wanted;
    },
    async trace(traceId, count) {
      for (;;) {
        const found = spans.filter((span) => span.traceId === traceId);
        if (found.length >= count) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function decodeSpans(body: Buffer): CollectedSpan[] {
  const { resource_spans }: Decoded = Request.toObject(Request.decode(body), { longs: String, arrays: true });
  return resource_spans.flatMap(({ resource, scope_spans }: Decoded) =>
    scope_spans.flatMap(({ spans }: Decoded) =>
      spans.map((span: Decoded) => collected(span, attributesOf(resource?.attributes))),
    ),
  );
}

function collected(span: Decoded, resource: Record<string, unknown>): CollectedSpan {
  const parent = hex(span.parent_span_id);
  return {
    traceId: hex(span.trace_id),
    spanId: hex(span.span_id),
    parentId: parent === '' ? null : parent,
    state: span.trace_state ?? '',
    name: span.name,
    kind: KINDS[span.kind],
    startMs: Number(BigInt(span.start_time_unix_nano)) / 1e6,
    endMs: Number(BigInt(span.end_time_unix_nano)) / 1e6,
    attributes: attributesOf(span.attributes),
    isError: span.status?.code === STATUS_ERROR,
    resource,
  };
}

function attributesOf(pairs: Decoded): Record<string, unknown> {
  return Object.fromEntries((pairs ?? []).map(({ key, value }: Decoded) => [key, plainValue(value)]));
}

function plainValue(value: Decoded): unknown {
  if (value.array_value !== undefined) return (value.array_value.values ?? []).map(plainValue);
  if (value.int_value !== undefined) return Number(value.int_value);
  return value.string_value ?? value.double_value ?? value.bool_value;
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
