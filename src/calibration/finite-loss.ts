import { QueptError } from '../core/index.ts';
import { floatsOf, type Results } from './timed-session.ts';

/** The loss of a step, output `name` of one element. Throws QueptError `invalid_usage` when it is not finite. */
export function finiteLoss(results: Results, name: string): number {
  const loss = floatsOf(results, name)[0]!;
  if (Number.isFinite(loss)) return loss;
  throw new QueptError(
    'invalid_usage',
    'Calibration diverged: the loss is no longer finite. Use fewer ranks, a lower learning rate, or another text.',
  );
}
