import type { MessageInitShape } from '@bufbuild/protobuf';
import type { PositionLogprobs } from '../../core/index.ts';
import { tokenName } from '../openai/logprobs-json.ts';
import type { PositionLogprobsSchema, TokenLogprobSchema } from './gen/quept/v1/generation_pb.ts';

/** What is told of one position. */
export function positionMessage({
  chosen,
  top,
}: PositionLogprobs): MessageInitShape<typeof PositionLogprobsSchema> {
  return { chosen: tokenMessage(chosen), top: top.map(tokenMessage) };
}

function tokenMessage(token: PositionLogprobs['chosen']): MessageInitShape<typeof TokenLogprobSchema> {
  const { tokenId, logprob, bytes } = token;
  return { tokenId, text: tokenName(token), bytes, ...(logprob !== null && { logprob }) };
}
