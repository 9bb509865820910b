import type { ChartSeries, Figure, LineChart } from '../../plot/index.ts';
import type { EvaluatedSkills } from './skill-evaluation.ts';

const WIDTH = { bySkill: 460, bySize: 330 };
const LEAST_HEIGHT = 420;
/** Pixels: what a row needs for its name, and for the symbol of each config. */
const ROW = { least: 12, perConfig: 8 };
/** Share of a row that its symbols are spread over, so that equal results do not hide each other. */
const SPREAD = 0.8;

/** What an evaluation of skills tells, as charts: right answers by skill and config, and their mean against bits. */
export function skillFigure({ model, data, examples, configs }: EvaluatedSkills): Figure {
  const rows = configs[0]?.skills.map(({ skill }) => skill) ?? [];
  const bySkill: LineChart = {
    title: 'By skill',
    x: { label: 'right answers, percent', scale: 'linear' },
    y: { label: '', scale: 'linear' },
    rows,
    series: configs.map(({ id, skills }, place): ChartSeries => {
      const shift = SPREAD * ((place + 0.5) / configs.length - 0.5);
      return {
        name: id,
        kind: 'points',
        points: skills.map(({ accuracy }, row) => ({ x: 100 * accuracy, y: row + shift })),
      };
    }),
    width: WIDTH.bySkill,
    height: Math.max(LEAST_HEIGHT, 120 + rows.length * (ROW.least + ROW.perConfig * configs.length)),
  };
  const bySize: LineChart = {
    title: 'Mean of all skills against size',
    x: { label: 'average bits per weight (codes)', scale: 'linear' },
    y: { label: 'right answers, percent', scale: 'linear' },
    series: [
      {
        name: 'configs',
        kind: 'points',
        points: configs.map(({ id, averageBits, meanAccuracy }) => ({
          x: averageBits,
          y: 100 * meanAccuracy,
          label: id,
        })),
      },
    ],
    width: WIDTH.bySize,
    height: LEAST_HEIGHT,
  };
  return {
    title: `${model}: what it can do at each precision`,
    subtitle: `${examples} questions of ${data}, answered greedily`,
    panels: [bySkill, bySize],
  };
}
