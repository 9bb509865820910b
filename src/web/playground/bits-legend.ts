import type { Rung } from '../api/ladder.ts';
import { element } from '../element.ts';
import { formatBits } from '../live/format.ts';
import { ofRung } from '../palette.ts';

/** Which colour stands for which rung. */
export function bitsLegend(ladder: readonly Rung[]): HTMLElement[] {
  return ladder.map(({ id, averageBits }, rung) =>
    element(
      'li',
      {},
      ofRung(element('span', { class: 'swatch', 'aria-hidden': 'true' }), rung),
      `${id} `,
      element('span', { class: 'legend-value' }, `${formatBits(averageBits)} bits`),
    ),
  );
}
