import { Template } from '@huggingface/jinja';
import { QueptError } from '../../core/index.ts';
import type { FolderFault } from '../hf/json-file.ts';
import type { TemplateMessage } from './template-messages.ts';

export interface RenderOptions {
  /** Open the assistant's turn. */
  readonly addGenerationPrompt: boolean;
  /** Null for none; templates that are not of a model know none. */
  readonly tools: readonly object[] | null;
}

/** Turns a conversation into the text that the model was trained on. */
export interface ChatTemplate {
  /** The model came without a template of its own, so special tokens are still to be added. */
  readonly isDefault: boolean;
  /**
   * Throws QueptError `invalid_request` (param `messages`) when the template refuses the messages,
   * `internal_error` when it fails by itself.
   */
  render(messages: readonly TemplateMessage[], options: RenderOptions): string;
}

/** Special tokens by the names templates know: `bos_token`, `eos_token`, … */
export type TemplateTokens = Readonly<Record<string, string>>;

/** Thrown out of a template by its own `raise_exception`. */
class TemplateRefusal extends Error {}

/** The name under which `render` passes its own exception function. */
const REFUSE = 'refuse_messages';

/** Compiles a model's template. Throws QueptError `fault` when it does not parse. */
export function compileChatTemplate(
  source: string,
  tokens: TemplateTokens,
  fault: FolderFault,
): ChatTemplate {
  let template: Template;
  try {
    template = new Template(source);
    // The interpreter's own raise_exception throws what any fault of the template would throw, and its globals
    // cannot be redefined from outside; an assignment inside the template can.
    template.parsed.body.unshift(...new Template(`{% set raise_exception = ${REFUSE} %}`).parsed.body);
  } catch (error) {
    throw new QueptError(fault, `The chat template does not parse: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return {
    isDefault: false,
    render(messages, { addGenerationPrompt, tools }) {
      try {
        return template.render({
          ...tokens,
          messages,
          add_generation_prompt: addGenerationPrompt,
          // Templates test these without asking whether they are defined.
          tools,
          documents: null,
          [REFUSE]: (message: unknown) => {
            throw new TemplateRefusal(String(message));
          },
        });
      } catch (error) {
        throw renderFailure(error);
      }
    },
  };
}

function renderFailure(error: unknown): QueptError {
  if (error instanceof TemplateRefusal) {
    const message = `The chat template of this model refuses these messages: ${error.message}`;
    return new QueptError('invalid_request', message, { param: 'messages', cause: error });
  }
  const message = 'The chat template of this model failed. Use a text prompt instead.';
  return new QueptError('internal_error', message, { cause: error });
}

/** Whether the template refused what it was given, rather than failed. */
export function isTemplateRefusal(thrown: unknown): boolean {
  return thrown instanceof QueptError && thrown.cause instanceof TemplateRefusal;
}

/** ChatML, for vocabularies that have its markers. */
export const CHATML_TEMPLATE: ChatTemplate = {
  isDefault: true,
  render(messages, { addGenerationPrompt }) {
    const turns = messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`);
    return turns.join('') + (addGenerationPrompt ? '<|im_start|>assistant\n' : '');
  },
};

/** For models that only continue text: the contents, so that the answer goes on where the last one stops. */
export const PLAIN_TEMPLATE: ChatTemplate = {
  isDefault: true,
  render: (messages) => messages.map(({ content }) => content).join('\n\n'),
};
