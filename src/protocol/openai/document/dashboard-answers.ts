import { z } from 'zod';
import { SERVICE_TIERS } from '../../../core/index.ts';

const byTier = <T extends z.ZodType>(value: T) =>
  z.partialRecord(z.enum(SERVICE_TIERS), value).describe('Tiers of which there is nothing are left out.');
const passes = z.object({ count: z.int(), seconds: z.number() });
const targetMs = z.number().nullable().describe('Mean of the targets; null where there were none.');

const second = z.object({
  at: z.int().describe("Which second, on the server's own clock."),
  running: z.int(),
  waiting: z.int(),
  kv_usage: z.number().describe('0 to 1.'),
  prompt_tokens: z.int(),
  tokens: byTier(z.array(z.int()).describe('Generated, by rung of the ladder.')),
  first_tokens: byTier(
    z.object({
      count: z.int(),
      bins: z
        .array(z.tuple([z.int(), z.int()]))
        .describe('Bin and count of the times to the first token; bin b is 2^(b/8) milliseconds.'),
      target_ms: targetMs,
    }),
  ),
  pace: byTier(
    z.object({
      tokens: z.int().describe('Tokens that followed another of their answer.'),
      mean_ms: z.number().describe('How long after it.'),
      target_ms: targetMs,
    }),
  ),
  passes: z.object({ prefill: passes, decode: passes }),
  switches: z.array(z.object({ from: z.string(), to: z.string(), reason: z.string(), count: z.int() })),
  targets: byTier(z.object({ met: z.int(), judged: z.int() })),
  ended: z.object({ finished: z.int(), cancelled: z.int(), failed: z.int(), refused: z.int() }),
});

export const DASHBOARD = z.object({
  object: z.literal('dashboard'),
  boot: z.string().describe('Another one after every start: what was told before is of another server.'),
  now: z.number().describe('Seconds on the clock of `at`.'),
  kept_seconds: z.int(),
  model: z.string(),
  version: z.string(),
  ready: z.boolean(),
  reason: z.string().nullable().describe('Why it is not ready.'),
  policy: z.string(),
  slots: z.int(),
  max_waiting: z.int(),
  key: z.string().nullable().describe('Id of the key that was sent; null where there are no keys.'),
  rungs: z.array(z.string()).describe('The ladder, lowest precision first.'),
  seconds: z.array(second).describe('Complete seconds in which anything happened, oldest first.'),
});
