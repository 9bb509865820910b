import {
  type Caller,
  formatPrecisionRange,
  type Generation,
  type PrecisionReport,
} from '../../core/index.ts';
import {
  type GenerationInfo,
  type GenerationPiece,
  type GrpcRequestContext,
  generationFields,
  generationInfo,
  generationPieces,
  inMessageTerms,
  type ParsedCall,
  precisionJson,
} from '../../protocol/index.ts';
import { startGenerations } from '../start-generations.ts';
import type { CallScope } from './call-scope.ts';
import type { GrpcServerDependencies } from './grpc-server-options.ts';

/** An accepted request on its way to an answer. */
export interface GenerationCall {
  readonly info: GenerationInfo;
  readonly pieces: AsyncGenerator<GenerationPiece, void>;
}

interface CallParts {
  readonly dependencies: GrpcServerDependencies;
  readonly scope: CallScope;
  readonly caller: Caller;
  readonly idPrefix: string;
  readonly stream: boolean;
}

/**
 * Submits what `parse` makes of the call, and sends the header of the answer. Its trailer follows from the last
 * piece.
 *
 * Rejects with QueptError as the service does, naming fields as they are in the message.
 */
export async function startGenerationCall(
  parse: (context: GrpcRequestContext) => ParsedCall,
  parts: CallParts,
): Promise<GenerationCall> {
  const { dependencies, scope, caller, stream } = parts;
  const { service, epochMs } = dependencies;
  const id = `${parts.idPrefix}${dependencies.createId()}`;
  try {
    const { request, calls } = parse(requestContext(id, parts));
    const [generation] = await startGenerations(service, [request], scope.abort, caller, scope.access.trace);
    const { range, level, events } = generation as Generation;
    const granted = formatPrecisionRange(service.model.ladder, range);
    scope.access.add({ id, stream, precision: granted, service_tier: level.tier });
    scope.sendHeader({ 'x-precision': granted, 'x-service-tier': level.tier });
    const created = Math.floor(epochMs() / 1000);
    return {
      info: generationInfo(service.model, generation as Generation, id, created),
      pieces: noted(generationPieces(events, { ladder: service.model.ladder, id, calls }), scope),
    };
  } catch (thrown) {
    throw inMessageTerms(thrown, generationFields);
  }
}

function requestContext(id: string, { dependencies, scope, caller }: CallParts): GrpcRequestContext {
  return {
    id,
    callId: scope.requestId,
    owner: caller.owner,
    served: dependencies.service.model,
    timeoutMs: scope.timeoutMs,
    metadata: {
      precision: scope.metadata('x-precision'),
      serviceTier: scope.metadata('x-service-tier'),
      ttftMs: scope.metadata('x-slo-ttft-ms'),
      tpotMs: scope.metadata('x-slo-tpot-ms'),
    },
  };
}

/** Passes pieces on and notes the figures of the last one, for the log and the trailer. */
async function* noted(
  pieces: AsyncIterable<GenerationPiece>,
  scope: CallScope,
): AsyncGenerator<GenerationPiece, void> {
  for await (const piece of pieces) {
    if (piece.case === 'finished') noteResult(piece, scope);
    yield piece;
  }
}

function noteResult(
  { value, report, reason }: Extract<GenerationPiece, { case: 'finished' }>,
  scope: CallScope,
): void {
  scope.addTrailer('x-precision-report', precisionReport(report));
  scope.access.add({
    prompt_tokens: value.usage?.promptTokens ?? 0,
    completion_tokens: value.usage?.completionTokens ?? 0,
    average_bits: report.averageBits,
    finish_reason: reason,
  });
}

/** As the `precision` of the HTTP API. */
function precisionReport(report: PrecisionReport): string {
  return JSON.stringify(precisionJson([report]));
}
