import type { CalibrateProgress } from '../../calibration/index.ts';
import type { TextSink } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';

/** Runs `work` with a listener that shows its progress, one bar for each phase. */
export async function withCalibrationProgress<T>(
  stderr: TextSink,
  work: (onProgress: (progress: CalibrateProgress) => void) => Promise<T>,
): Promise<T> {
  const bars = new Map<CalibrateProgress['phase'], { bar: Progress; from: number }>();
  const show = (progress: CalibrateProgress) => {
    const { phase, done, total } = progress;
    let shown = bars.get(phase);
    if (!shown) {
      for (const { bar } of bars.values()) bar.end();
      // A resumed run counts from where it goes on: the rest is what the time is estimated from.
      const from = done - 1;
      const label = phase === 'learning' ? 'calibrating' : 'measuring the ladder';
      const format = (n: number) =>
        `${n.toFixed(n % 1 === 0 ? 0 : 1)} ${phase === 'learning' ? 'steps' : 'runs'}`;
      shown = { bar: createProgress({ label, total: total - from, format }, stderr), from };
      bars.set(phase, shown);
    }
    const detail =
      progress.phase === 'learning' ? `block ${progress.stage + 1} of ${progress.stages}` : undefined;
    shown.bar.update(done - shown.from, detail);
  };
  try {
    return await work(show);
  } finally {
    for (const { bar } of [...bars.values()].slice(-1)) bar.end();
  }
}
