import type { Rung } from '../api/ladder.ts';
import { element } from '../element.ts';
import { formatBits } from '../live/format.ts';

/** Which colour stands for which rung. */
export function bitsLegend(ladder: readonly Rung[]): HTMLElement[] {
  return ladder.map(({ id, averageBits }, rung) =>
    element(
      'li',
      {},
      element('span', { class: 'swatch', 'data-rung': rung, 'aria-hidden': 'true' }),
      `${id} `,
      element('span', { class: 'legend-value' }, `${formatBits(averageBits)} bits`),
    ),
  );
}
