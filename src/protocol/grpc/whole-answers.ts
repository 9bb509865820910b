import { create } from '@bufbuild/protobuf';
import { ChatChoiceSchema, type ChatResponse, ChatResponseSchema, ChatRole } from './gen/quept/v1/chat_pb.ts';
import {
  GenerateChoiceSchema,
  type GenerateResponse,
  GenerateResponseSchema,
} from './gen/quept/v1/generate_pb.ts';
import {
  FinishReason,
  type GenerationInfo,
  type GenerationResult,
  type PositionLogprobs,
  type Token,
  type TokenDelta,
} from './gen/quept/v1/generation_pb.ts';
import type { GenerationPiece } from './generation-pieces.ts';

type Pieces = AsyncIterable<GenerationPiece>;

/** The answer of `Chat`. Reads `pieces` to their end, and rejects with what they throw. */
export async function collectChat(info: GenerationInfo, pieces: Pieces): Promise<ChatResponse> {
  const { choices, result } = await collect(pieces);
  return create(ChatResponseSchema, {
    info,
    result,
    choices: choices.map(({ text, calls, finishReason, tokens }, index) =>
      create(ChatChoiceSchema, {
        index,
        message: { role: ChatRole.ASSISTANT, content: text, toolCalls: calls },
        finishReason,
        tokens,
      }),
    ),
  });
}

/** The answer of `Generate`. Reads `pieces` to their end, and rejects with what they throw. */
export async function collectGenerate(info: GenerationInfo, pieces: Pieces): Promise<GenerateResponse> {
  const { choices, result } = await collect(pieces);
  return create(GenerateResponseSchema, {
    info,
    result,
    choices: choices.map(({ text, finishReason, tokens, promptLogprobs }, index) =>
      create(GenerateChoiceSchema, { index, text, finishReason, tokens, promptLogprobs }),
    ),
  });
}

/** All that came of one choice. */
class CollectedChoice {
  text = '';
  readonly calls: { id: string; name: string; arguments: string }[] = [];
  readonly tokens: Token[] = [];
  promptLogprobs: PositionLogprobs[] = [];
  finishReason = FinishReason.UNSPECIFIED;

  add({ text, tokens, toolCalls, promptLogprobs }: TokenDelta): void {
    this.text += text;
    this.tokens.push(...tokens);
    if (promptLogprobs.length > 0) this.promptLogprobs = promptLogprobs;
    for (const { index, id = '', name = '', arguments: args } of toolCalls) {
      const call = this.calls[index];
      if (call === undefined) this.calls.push({ id, name, arguments: args });
      else call.arguments += args;
    }
  }
}

async function collect(
  pieces: Pieces,
): Promise<{ readonly choices: readonly CollectedChoice[]; readonly result: GenerationResult }> {
  const choices: CollectedChoice[] = [];
  const at = (index: number): CollectedChoice => {
    choices[index] ??= new CollectedChoice();
    return choices[index];
  };
  for await (const piece of pieces) {
    if (piece.case === 'finished') return { choices, result: piece.value };
    const choice = at(piece.value.choice);
    if (piece.case === 'delta') choice.add(piece.value);
    else choice.finishReason = piece.value.finishReason;
  }
  throw new Error('The pieces of an answer ended without its result.');
}
