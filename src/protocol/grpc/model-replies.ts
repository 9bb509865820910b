import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServedModel } from '../../core/index.ts';
import { spread } from '../openai/precision-json.ts';
import type { ResolvedModel } from '../openai/resolve-model.ts';
import { type GetModelResponse, GetModelResponseSchema } from './gen/quept/v1/model_pb.ts';
import {
  type ListPrecisionConfigsResponse,
  ListPrecisionConfigsResponseSchema,
} from './gen/quept/v1/precision_pb.ts';

/** The answer of `GetModel`. */
export function modelReply(served: ServedModel, { id, config }: ResolvedModel): GetModelResponse {
  return create(GetModelResponseSchema, {
    model: {
      id,
      createTime: timestampFromMs(served.createdAt * 1000),
      fingerprint: served.fingerprint,
      contextLength: served.contextLength,
      ...(config !== null && { pinnedConfigId: config }),
    },
  });
}

/** The answer of `ListPrecisionConfigs`. */
export function precisionConfigsReply(served: ServedModel): ListPrecisionConfigsResponse {
  return create(ListPrecisionConfigsResponseSchema, {
    model: served.id,
    configs: served.ladder.map(({ id, averageBits, planes, ranks, predictedKl, msPerToken }) => ({
      id,
      averageBits,
      planes: spread(planes),
      ranks: spread(ranks),
      ...(predictedKl !== null && { predictedKl }),
      ...(msPerToken !== null && { msPerToken }),
    })),
  });
}
