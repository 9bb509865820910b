import { z } from 'zod';
import { TEXT_FORMAT } from '../response-format.ts';
import { PRECISION, REPLY_META, RESPONSE_LOGPROB } from './common-answers.ts';

const logprobs = z.array(
  z.object({ ...RESPONSE_LOGPROB, top_logprobs: z.array(z.object(RESPONSE_LOGPROB)) }),
);

const part = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.never()),
  logprobs,
});

const status = z.enum(['in_progress', 'completed', 'incomplete']);

const item = z.discriminatedUnion('type', [
  z.object({
    id: z.string(),
    type: z.literal('message'),
    role: z.literal('assistant'),
    status,
    content: z.array(part),
  }),
  z.object({
    id: z.string(),
    type: z.literal('function_call'),
    status,
    call_id: z.string().describe('What its result refers to.'),
    name: z.string(),
    arguments: z.string().describe('JSON as the model wrote it: check it before use.'),
  }),
]);

const tool = z.object({
  type: z.literal('function'),
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  strict: z.boolean(),
});

const { created: _, ...meta } = REPLY_META;

export const RESPONSE = z.object({
  ...meta,
  object: z.literal('response'),
  created_at: z.int().describe('Seconds since the epoch.'),
  completed_at: z.int().optional().describe('Only of a completed response.'),
  status,
  error: z.null(),
  incomplete_details: z.object({ reason: z.literal('max_output_tokens') }).nullable(),
  instructions: z.string().nullable(),
  max_output_tokens: z.int().nullable(),
  temperature: z.number().nullable().describe("Null where the model's own was used."),
  top_p: z.number().nullable(),
  top_logprobs: z.int(),
  metadata: z.record(z.string(), z.string()),
  parallel_tool_calls: z.boolean(),
  previous_response_id: z.null(),
  store: z.literal(false),
  background: z.literal(false),
  text: z.object({ format: TEXT_FORMAT }).describe('As it was asked for.'),
  tool_choice: z.union([
    z.enum(['none', 'auto', 'required']),
    z.object({ type: z.literal('function'), name: z.string() }),
  ]),
  tools: z.array(tool),
  truncation: z.literal('disabled'),
  output: z.array(item),
  usage: z
    .object({
      input_tokens: z.int(),
      input_tokens_details: z.object({ cached_tokens: z.int(), cache_write_tokens: z.literal(0) }),
      output_tokens: z.int(),
      output_tokens_details: z.object({ reasoning_tokens: z.literal(0) }),
      total_tokens: z.int(),
      precision: PRECISION,
    })
    .optional()
    .describe('Of a response that has ended.'),
  precision: PRECISION.optional().describe('Extension: of a response that has ended.'),
});

const output_index = z.int();
const item_id = z.string();
const place = { item_id, output_index, content_index: z.literal(0) };

function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.object({ type: z.literal(type), sequence_number: z.int(), ...shape });
}

/** The events of a stream, in the order in which they come; those of an item again for every item. */
export const RESPONSE_EVENT = z.discriminatedUnion('type', [
  event('response.created', { response: RESPONSE }),
  event('response.in_progress', { response: RESPONSE }),
  event('response.output_item.added', { output_index, item }),
  event('response.content_part.added', { ...place, part }),
  event('response.output_text.delta', { ...place, delta: z.string(), logprobs }),
  event('response.output_text.done', { ...place, text: z.string(), logprobs }),
  event('response.content_part.done', { ...place, part }),
  event('response.function_call_arguments.delta', { item_id, output_index, delta: z.string() }),
  event('response.function_call_arguments.done', {
    item_id,
    output_index,
    name: z.string(),
    arguments: z.string(),
  }),
  event('response.output_item.done', { output_index, item }),
  event('response.completed', { response: RESPONSE }),
  event('response.incomplete', { response: RESPONSE }),
  event('error', {
    code: z.string().nullable(),
    message: z.string(),
    param: z.string().nullable(),
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  }),
]);
