import { type ModelArchitecture, QueptError } from '../core/index.ts';
import type { TrainedParameter } from './initial-parameters.ts';
import type { TokenShards } from './token-shards.ts';
import { TrainingSession } from './training-session.ts';

const BATCH = { sequences: 16, length: 256 };
/** Batches from the start of the stream: enough that the curve is smooth, and the same ones each time. */
const MOST_BATCHES = 12;

/**
 * Throws QueptError `invalid_usage` for a held-out stream too short to be judged on: better before the first step
 * than after hours.
 */
export function requireHeldOut(stream: TokenShards): void {
  const least = BATCH.sequences * BATCH.length + 1;
  if (stream.length > least) return;
  throw new QueptError(
    'invalid_usage',
    `--data: held-out-*.tokens hold ${stream.length} tokens, where more than ${least} are needed. Pack more.`,
  );
}

/** Mean cross-entropy of a held-out stream's counted tokens, nats. */
export async function heldOutLoss(
  architecture: ModelArchitecture,
  parameters: readonly TrainedParameter[],
  stream: TokenShards,
  threads: number,
): Promise<number> {
  const session = await TrainingSession.open(architecture, BATCH, parameters, {
    threads,
    withGradients: false,
  });
  try {
    let sum = 0;
    let counted = 0;
    for (let batch = 0; batch < MOST_BATCHES && (batch + 1) * session.rows < stream.length; batch++) {
      const outcome = await session.run(await stream.read(batch * session.rows, session.rows + 1));
      sum += outcome.loss * outcome.counted;
      counted += outcome.counted;
    }
    return sum / counted;
  } finally {
    await session.close();
  }
}
