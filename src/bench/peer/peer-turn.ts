import { z } from 'zod';
import { ENDPOINT_RESULT, OPEN_RESULT } from '../load/result-schema.ts';
import { CONTENDERS } from './peer-contenders.ts';

/** What a round measured of one contender. */
export const PEER_TURN = z.object({
  contender: z.enum(CONTENDERS),
  /** From 1. */
  round: z.int().positive(),
  /** How its server was started. */
  command: z.string(),
  startMs: z.number(),
  /** Share of the machine that was in use before the server was started. */
  otherLoad: z.number(),
  /** Proportional set size of the server's processes, bytes; null where the system does not tell. */
  memory: z.object({ readyBytes: z.number().nullable(), peakBytes: z.number().nullable() }),
  /** In the order of `concurrency` of the load. */
  closed: z.array(ENDPOINT_RESULT),
  open: OPEN_RESULT,
});

export type PeerTurn = z.infer<typeof PEER_TURN>;
