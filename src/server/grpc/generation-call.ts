import { type Caller, formatPrecisionRange, type Generation } from '../../core/index.ts';
import {
  asSent,
  type GenerationInfo,
  type GenerationPiece,
  type GrpcRequestContext,
  generationFields,
  generationInfo,
  generationPieces,
  inMessageTerms,
  type ParsedCall,
  type SentNames,
} from '../../protocol/index.ts';
import { echoTexts } from '../echo-texts.ts';
import { mergeEvents } from '../merge-events.ts';
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
  let names: SentNames = new Map();
  try {
    const parsed = parse(requestContext(id, parts));
    const { requests, n, calls } = parsed;
    names = parsed.names;
    const generations = await startGenerations(service, requests, scope.abort, caller, scope.access.trace);
    const echo = await echoTexts(parsed, service, scope.abort);
    // All requests of an answer carry the same wish, so all were granted the same range.
    const granting = generations[0] as Generation;
    const { ladder } = service.model;
    const granted = formatPrecisionRange(ladder, granting.range);
    const tier = granting.level.tier;
    scope.access.add({ id, stream, precision: granted, service_tier: tier });
    scope.sendHeader({ 'x-precision': granted, 'x-service-tier': tier });
    const answer = {
      id,
      promptTokens: promptTokensOf(generations, n),
      created: Math.floor(epochMs() / 1000),
    };
    const events = mergeEvents(generations.map((generation) => generation.events));
    const form = { ladder, id, choices: generations.length, perPrompt: n, echo, calls };
    return {
      info: generationInfo(service.model, granting, answer),
      pieces: noted(generationPieces(events, form), scope),
    };
  } catch (thrown) {
    throw inMessageTerms(asSent(thrown, names), generationFields);
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

/** Of all prompts together; the choices of a prompt share it. */
function promptTokensOf(generations: readonly Generation[], perPrompt: number): number {
  return generations.reduce(
    (sum, { promptTokens }, index) => (index % perPrompt === 0 ? sum + promptTokens : sum),
    0,
  );
}

/** Passes pieces on and notes what they say of the whole, for the log and the trailer. */
async function* noted(
  pieces: AsyncIterable<GenerationPiece>,
  scope: CallScope,
): AsyncGenerator<GenerationPiece, void> {
  for await (const piece of pieces) {
    if (piece.case === 'choiceFinished') scope.access.add({ finish_reason: piece.reason });
    else if (piece.case === 'finished') noteResult(piece, scope);
    yield piece;
  }
}

function noteResult(
  { value, precision }: Extract<GenerationPiece, { case: 'finished' }>,
  scope: CallScope,
): void {
  scope.addTrailer('x-precision-report', JSON.stringify(precision));
  scope.access.add({
    prompt_tokens: value.usage?.promptTokens ?? 0,
    completion_tokens: value.usage?.completionTokens ?? 0,
    average_bits: precision.average_bits,
  });
}
