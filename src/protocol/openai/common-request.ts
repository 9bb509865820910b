import type { LogprobsWish, OutputConstraint } from '../../core/index.ts';
import type { CommonRequest } from './choices.ts';
import type { RequestContext } from './parsed-request.ts';
import { type PrecisionSources, parsePrecisionWish, precisionParam } from './precision-wish.ts';
import { resolveModel } from './resolve-model.ts';
import { refuseEndless } from './response-format.ts';
import { parseServiceWish, type TierWord } from './service-wish.ts';
import { endOf, samplingOf, stopsOf } from './shared-fields.ts';

type Fields = Parameters<typeof samplingOf>[0] &
  Parameters<typeof stopsOf>[0] &
  Parameters<typeof endOf>[0] & {
    readonly model: string;
    readonly precision?: unknown;
    readonly service_tier?: TierWord | null | undefined;
  };

/**
 * What all choices of an answer share, from fields that all operations have.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function commonRequest(
  fields: Fields,
  context: RequestContext,
  own: {
    readonly maxTokens: number | null;
    readonly logprobs: LogprobsWish | null;
    readonly constraint: OutputConstraint | null;
  },
): CommonRequest {
  refuseEndless(own.constraint, fields.ignore_eos);
  const model = resolveModel(context.served, fields.model);
  return {
    callId: context.callId,
    owner: context.owner,
    model: model.id,
    sampling: samplingOf(fields),
    maxTokens: own.maxTokens,
    stop: stopsOf(fields),
    ...endOf(fields),
    precision: parsePrecisionWish(precisionSources(fields, context), context.served.ladder),
    service: parseServiceWish(fields.service_tier, context.targetHeaders),
    ...(own.logprobs !== null && { logprobs: own.logprobs }),
    ...(own.constraint !== null && { constraint: own.constraint }),
  };
}

/** What the client called fields that may be said in several places. */
export function commonNames(
  fields: PrecisionFields,
  context: RequestContext,
): { readonly precision: string } {
  return { precision: precisionParam(precisionSources(fields, context)) };
}

type PrecisionFields = Pick<Fields, 'model' | 'precision'>;

function precisionSources(
  { model, precision }: PrecisionFields,
  { served, precisionHeader }: RequestContext,
): PrecisionSources {
  return { body: precision, header: precisionHeader, alias: resolveModel(served, model).config };
}
