import { z } from 'zod';

/**
 * An array of 1..max items. The length is checked before any item is: zod collects a complaint per bad item, and
 * a hostile body must not make it collect a million.
 */
export function boundedArray<Item extends z.ZodType>(item: Item, max: number) {
  return z.array(z.unknown()).min(1).max(max).pipe(z.array(item));
}
