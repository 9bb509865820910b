import type { ChatMessage, FunctionTool, ToolFormat } from '../../core/index.ts';
import { QueptError } from '../../core/index.ts';
import type { FolderFault } from '../hf/json-file.ts';
import {
  type ChatTemplate,
  compileChatTemplate,
  isTemplateRefusal,
  type TemplateTokens,
} from './chat-template.ts';
import { spellOutTools } from './spelled-tools.ts';
import { templateMessages, templateTools } from './template-messages.ts';
import type { ChatTemplates } from './tokenizer-source.ts';
import { type ToolSupport, toolSupport } from './tool-support.ts';

/** What of a conversation, beside its messages, a template writes down. */
export interface ConversationOptions {
  /** Open the assistant's turn. */
  readonly addGenerationPrompt: boolean;
  /** Left out: none. */
  readonly tools?: readonly FunctionTool[];
}

interface TemplateSources {
  readonly templates: ChatTemplates;
  readonly specialTokens: TemplateTokens;
  /** For a model without a template. */
  readonly fallback: ChatTemplate;
  readonly toolFormat: ToolFormat | null;
}

/** The templates of a model, with tools for all of them. */
export class ConversationTemplate {
  readonly #chat: ChatTemplate;
  /** For requests with tools; the same as `#chat` where there is one template. */
  readonly #toolUse: ChatTemplate;
  readonly #support: ToolSupport;
  /** Without tools in the request, calls in its messages are the template's own business. */
  readonly #knowsCalls: boolean;

  /** Throws QueptError `fault` when a template does not parse, `invalid_config` as `toolSupport` does. */
  constructor({ templates, specialTokens, fallback, toolFormat }: TemplateSources, fault: FolderFault) {
    const { chat, toolUse } = templates;
    const compile = (source: string) => compileChatTemplate(source, specialTokens, fault);
    this.#chat = chat === null ? fallback : compile(chat);
    this.#toolUse = toolUse === null ? this.#chat : compile(toolUse);
    this.#support = toolSupport(templates, toolFormat);
    this.#knowsCalls = this.#support.native && /\btool_calls\b/.test(chat ?? '');
  }

  /** No template came with the model. */
  get isDefault(): boolean {
    return this.#chat.isDefault;
  }

  /**
   * The text of a conversation. Throws QueptError `invalid_request` (param `messages` or `tools`) when the template
   * refuses them, `internal_error` when it fails by itself.
   */
  render(messages: readonly ChatMessage[], { addGenerationPrompt, tools }: ConversationOptions): string {
    if (tools !== undefined) {
      return this.#support.native
        ? this.#withTools(messages, tools, addGenerationPrompt)
        : this.#spelledOut(messages, tools, addGenerationPrompt);
    }
    const hasCalls = messages.some(({ role, toolCalls }) => role === 'tool' || toolCalls !== undefined);
    if (hasCalls && !this.#knowsCalls) return this.#spelledOut(messages, [], addGenerationPrompt);
    return this.#plain(messages, addGenerationPrompt);
  }

  #withTools(
    messages: readonly ChatMessage[],
    tools: readonly FunctionTool[],
    addGenerationPrompt: boolean,
  ): string {
    const written = templateMessages(messages, this.#support.format);
    try {
      return this.#toolUse.render(written, { addGenerationPrompt, tools: templateTools(tools) });
    } catch (failure) {
      if (!this.#toolsAtFault(failure, messages)) throw failure;
      throw new QueptError(
        'invalid_request',
        'The chat template of this model cannot write down these tools. Give every function a description, and parameters of type object whose properties have a type and a description.',
        { param: 'tools', cause: failure },
      );
    }
  }

  /** Templates stumble over what a schema leaves out; one that fails anyway is no fault of the tools. */
  #toolsAtFault(failure: unknown, messages: readonly ChatMessage[]): boolean {
    if (!(failure instanceof QueptError) || failure.code !== 'internal_error') return false;
    const parameters = { type: 'object', properties: { a: { type: 'string', description: 'a' } } };
    const simple = { name: 'f', description: 'f', parameters, strict: false };
    try {
      const written = templateMessages(messages, this.#support.format);
      this.#toolUse.render(written, { addGenerationPrompt: true, tools: templateTools([simple]) });
      return true;
    } catch {
      return false;
    }
  }

  #spelledOut(
    messages: readonly ChatMessage[],
    tools: readonly FunctionTool[],
    addGenerationPrompt: boolean,
  ): string {
    try {
      return this.#plain(spellOutTools(messages, tools), addGenerationPrompt);
    } catch (failure) {
      // Some templates know no system message; one that the client wrote is the client's to leave out.
      if (!isTemplateRefusal(failure) || messages[0]?.role === 'system' || tools.length === 0) throw failure;
      return this.#plain(spellOutTools(messages, tools, 'user'), addGenerationPrompt);
    }
  }

  #plain(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
    return this.#chat.render(templateMessages(messages, this.#support.format), {
      addGenerationPrompt,
      tools: null,
    });
  }
}
