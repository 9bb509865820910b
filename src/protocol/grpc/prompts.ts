import type { Prompt } from '../../core/index.ts';
import { invalidField } from '../invalid-field.ts';
import { MAX_PROMPTS } from '../openai/completion-prompts.ts';
import type {
  GenerateRequest as GenerateMessage,
  GenerateStreamRequest,
  PromptBatch,
  Prompt as PromptMessage,
} from './gen/quept/v1/generate_pb.ts';
import { required } from './required.ts';

const BATCH = 'batch.prompts';
const REMEDY = "Set its 'text' or its 'tokens'.";

/** What `Generate` is to continue. Throws QueptError `invalid_request` naming the field. */
export function parseMessagePrompts({ prompt }: GenerateMessage | GenerateStreamRequest): Prompt[] {
  switch (prompt.case) {
    case 'batch':
      return batchPrompts(prompt.value);
    case undefined:
      throw required('prompt', "Set 'text', 'tokens' or 'batch'.");
    default:
      return [promptOf(prompt)];
  }
}

function batchPrompts({ prompts }: PromptBatch): Prompt[] {
  if (prompts.length === 0) throw invalidField(BATCH, 'must have at least 1 item.');
  if (prompts.length > MAX_PROMPTS) throw invalidField(BATCH, `must have at most ${MAX_PROMPTS} items.`);
  return prompts.map(({ content }, index) => {
    if (content.case === undefined) throw required(`${BATCH}[${index}]`, REMEDY);
    return promptOf(content);
  });
}

function promptOf(content: Exclude<PromptMessage['content'], { case: undefined }>): Prompt {
  switch (content.case) {
    case 'text':
      return { kind: 'text', text: content.value };
    case 'tokens':
      return { kind: 'tokens', tokens: content.value.ids };
    default:
      return content satisfies never;
  }
}
