import { z } from 'zod';
import type { FieldPolicy } from '../check-fields.ts';

/** An object that is parsed by `shape` and checked by `policy`, as one schema that says both. */
export function closedObject(shape: z.core.$ZodLooseShape, policy: FieldPolicy): z.ZodObject {
  const unsupported = [...policy.unsupported].map(([field, neutral]) => [
    field,
    neutral.nullish().describe('Not supported: refused by name unless it asks for nothing.'),
  ]);
  const withoutEffect = [...policy.withoutEffect]
    .filter((field) => !(field in shape))
    .map((field) => [field, z.unknown().optional().describe('Accepted without effect.')]);
  return z.strictObject({ ...shape, ...Object.fromEntries([...unsupported, ...withoutEffect]) });
}
