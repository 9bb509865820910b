import { QueptError } from '../core/index.ts';
import { floatsOf, type Results } from './timed-session.ts';

/** The loss of a step, output `name` of one element. Throws QueptError `invalid_usage` when it is not finite. */
export function finiteLoss(results: Results, name: string): number {
  const loss = floatsOf(results, name)[0]!;
  if (Number.isFinite(loss)) return loss;
  throw diverged();
}

/** What there is to say when learning has run away. */
export function diverged(): QueptError {
  return new QueptError(
    'invalid_usage',
    'Calibration diverged: its numbers are no longer finite. Use fewer --ranks and --live-ranks, --no-clipping, or another text; if nothing helps, quantize without learning: quept quantize.',
  );
}
