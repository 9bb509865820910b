import { z } from 'zod';
import { MESSAGE, messagePolicy, PART_POLICY, TEXT_PART } from '../chat-messages.ts';
import { INPUT_ITEM, INPUT_ITEM_FIELDS, INPUT_PART, INPUT_PART_FIELDS } from '../response-input.ts';
import { closedObject } from './closed-object.ts';

const text = (part: z.ZodObject) => z.union([z.string(), z.array(part).min(1)]);

/** Content of a message of a chat, null where that is refused by name only. */
const content = text(closedObject(TEXT_PART.shape, PART_POLICY));

/** The messages of a chat. */
export const MESSAGES_BODY = z
  .array(
    z.union(
      MESSAGE.options.map((option) =>
        closedObject({ ...option.shape, content }, messagePolicy(option.shape.role.value)),
      ),
    ),
  )
  .min(1);

/** The input of a response. */
export const INPUT_BODY = z.union([
  z.string(),
  z
    .array(
      closedObject(
        { ...INPUT_ITEM.shape, content: text(closedObject(INPUT_PART.shape, INPUT_PART_FIELDS)) },
        INPUT_ITEM_FIELDS,
      ),
    )
    .min(1),
]);
