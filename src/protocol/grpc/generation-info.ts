import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Generation, ServedModel } from '../../core/index.ts';
import { replyMeta } from '../openai/reply-meta.ts';
import { type GenerationInfo, GenerationInfoSchema } from './gen/quept/v1/generation_pb.ts';
import { tierMessage } from './service-tier.ts';

/**
 * What is known of an accepted request before its first token.
 *
 * @param generation of the first choice; all were granted the same
 * @param answer `promptTokens` of all prompts together; `created` in seconds since the epoch
 */
export function generationInfo(
  served: ServedModel,
  generation: Pick<Generation, 'range' | 'level'>,
  answer: { readonly id: string; readonly promptTokens: number; readonly created: number },
): GenerationInfo {
  const { range, level } = generation;
  const { id, promptTokens, created } = answer;
  const meta = replyMeta(served, generation, id, created);
  return create(GenerationInfoSchema, {
    id,
    createTime: timestampFromMs(created * 1000),
    model: meta.model,
    systemFingerprint: meta.system_fingerprint,
    serviceTier: tierMessage(level.tier),
    grantedPrecision: {
      floorConfigId: served.ladder[range.floor]?.id ?? '',
      ceilingConfigId: served.ladder[range.ceiling]?.id ?? '',
    },
    promptTokens,
  });
}
