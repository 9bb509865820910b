import { QueptError, type ServedModel, type TokenizeRequest } from '../../core/index.ts';
import { parseMessages } from './chat-messages.ts';
import type { DetokenizeRequest, TokenizeRequest as TokenizeMessage } from './gen/quept/v1/tokenize_pb.ts';
import { requireModel } from './generate-requests.ts';
import { required } from './required.ts';
import { parseToolUse } from './tool-use.ts';

/**
 * The request of `Tokenize`.
 *
 * Throws QueptError `invalid_request` or `model_not_found`, naming the field.
 */
export function parseTokenizeMessage(message: TokenizeMessage, served: ServedModel): TokenizeRequest {
  requireModel(served, message.model);
  const { input, addSpecialTokens } = message;
  switch (input.case) {
    case 'text':
      return {
        prompt: { kind: 'text', text: input.value },
        addSpecialTokens: addSpecialTokens ?? true,
        addGenerationPrompt: true,
      };
    case 'conversation': {
      const { tools } = parseToolUse(input.value);
      if (addSpecialTokens !== undefined) {
        throw new QueptError(
          'invalid_request',
          "'add_special_tokens' has no meaning for a conversation, whose template brings its own. Leave it out.",
          { param: 'add_special_tokens' },
        );
      }
      return {
        prompt: {
          kind: 'messages',
          messages: parseMessages(input.value.messages, 'conversation.messages'),
          ...(tools.length > 0 && { tools }),
        },
        addSpecialTokens: true,
        addGenerationPrompt: input.value.addGenerationPrompt ?? true,
      };
    }
    case undefined:
      throw required('input', "Set its 'text' or its 'conversation'.");
    default:
      return input satisfies never;
  }
}

/** Token ids of a message of `Detokenize`. Throws as `parseTokenizeMessage` does. */
export function parseDetokenizeMessage(message: DetokenizeRequest, served: ServedModel): readonly number[] {
  requireModel(served, message.model);
  return message.tokenIds;
}
