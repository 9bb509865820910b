import { z } from 'zod';
import { MESSAGE, messagePolicy, PART_POLICY, TEXT_PART } from '../chat-messages.ts';
import {
  INPUT_CALL,
  INPUT_CALL_OUTPUT,
  INPUT_MESSAGE,
  INPUT_PART,
  INPUT_PART_FIELDS,
  itemFields,
} from '../response-input.ts';
import { closedObject } from './closed-object.ts';

const text = (part: z.ZodObject) => z.union([z.string(), z.array(part).min(1)]);

/** Content of a message of a chat. */
const content = text(closedObject(TEXT_PART.shape, PART_POLICY));

/** An assistant may have called in place of saying something. */
const contentOf = (role: string) => (role === 'assistant' ? content.nullish() : content);

/** The messages of a chat. */
export const MESSAGES_BODY = z
  .array(
    z.union(
      MESSAGE.options.map((option) =>
        closedObject(
          { ...option.shape, content: contentOf(option.shape.role.value) },
          messagePolicy(option.shape.role.value),
        ),
      ),
    ),
  )
  .min(1);

const inputText = text(closedObject(INPUT_PART.shape, INPUT_PART_FIELDS));

/** The input of a response. */
export const INPUT_BODY = z.union([
  z.string(),
  z
    .array(
      z.union([
        closedObject({ ...INPUT_MESSAGE.shape, content: inputText }, itemFields(INPUT_MESSAGE)),
        closedObject(INPUT_CALL.shape, itemFields(INPUT_CALL)),
        closedObject({ ...INPUT_CALL_OUTPUT.shape, output: inputText }, itemFields(INPUT_CALL_OUTPUT)),
      ]),
    )
    .min(1),
]);
