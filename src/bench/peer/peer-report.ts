import { textTable } from '../engine/text-table.ts';
import { CONTENDERS, PAIRS } from './peer-contenders.ts';
import type { PeerLoad } from './peer-load.ts';
import { closedArguments, openArguments } from './peer-load.ts';
import { peerMetrics } from './peer-metrics.ts';
import { LEVEL, losses, type PairRatio, type SummaryRow, summarizePeers } from './peer-summary.ts';
import type { PeerTurn } from './peer-turn.ts';

export interface PeerReport {
  /** Lines above the tables: machine, command. */
  readonly heading: readonly string[];
  readonly load: PeerLoad;
  /** At least one. */
  readonly turns: readonly PeerTurn[];
}

const ABSENT = '-';
const MOST_LOSSES = 40;
/** Share of the machine in other hands above which figures are called unreliable. */
const QUIET_MOST = 0.05;

/** The results as Markdown. */
export function peerReport({ heading, load, turns }: PeerReport): string {
  const rows = summarizePeers(peerMetrics(load), turns);
  return [
    `# ${heading[0] ?? 'Beside the peer'}`,
    heading.slice(1).join('\n\n'),
    methodSection(load, turns),
    ...groups(rows).flatMap(([title, own]) => [`## ${title}`, medianTable(own), ratioTable(own)]),
    lossSection(rows),
    commandSection(load, turns),
  ].join('\n\n');
}

function methodSection(load: PeerLoad, turns: readonly PeerTurn[]): string {
  const rounds = new Set(turns.map(({ round }) => round)).size;
  const others = turns.map(({ otherLoad }) => otherLoad);
  const most = Math.max(...others);
  const quiet = most <= QUIET_MOST ? '' : ' **Not quiet: the figures, ratios above all, are unreliable.**';
  return [
    `${rounds} round${rounds === 1 ? '' : 's'}; within each, every server in turn is started, warmed, loaded and stopped, another first each time. Tables are medians over rounds; a ratio is the median of ours / peer within a round, and ${LEVEL * 100} % either way is level.`,
    `Every server: ${load.threads} threads, ${load.slots} sequences at once, context ${load.contextLength}; the load generator runs on the same machine. Targets: TTFT ${load.ttftMs} ms, TPOT ${load.tpotMs} ms, both to be met; refused, failed and unfinished requests have missed.`,
    `Others took up to ${(100 * most).toFixed(0)} % of the machine just before a turn.${quiet}`,
  ].join('\n\n');
}

function groups(rows: readonly SummaryRow[]): [string, SummaryRow[]][] {
  const found = new Map<string, SummaryRow[]>();
  for (const row of rows) found.set(row.metric.group, [...(found.get(row.metric.group) ?? []), row]);
  return [...found];
}

function medianTable(rows: readonly SummaryRow[]): string {
  return textTable(
    ['median over rounds', ...CONTENDERS],
    rows.map(({ metric, medians }) => [
      metric.title,
      ...CONTENDERS.map((contender) => formatValue(medians.get(contender) ?? null)),
    ]),
  );
}

function ratioTable(rows: readonly SummaryRow[]): string {
  return textTable(
    ['ours / peer', ...PAIRS.map(([ours, peer]) => `${ours.slice(5)} / ${peer.slice(5)}`)],
    rows
      .filter(({ ratios }) => ratios.some(({ ratio }) => ratio !== null))
      .map(({ metric, ratios }) => [
        `${metric.title} (${metric.better} is better)`,
        ...ratios.map((pair) => formatRatio(pair)),
      ]),
  );
}

function lossSection(rows: readonly SummaryRow[]): string {
  const lost = losses(rows);
  if (lost.length === 0) return '## Where we are behind\n\nNowhere.';
  const lines = lost
    .slice(0, MOST_LOSSES)
    .map(
      ({ metric, pair: { ours, peer, ratio } }) =>
        `- ${metric.group}: ${metric.title}: ${ours} / ${peer} = ${(ratio ?? Number.NaN).toFixed(2)}`,
    );
  const rest = lost.length - lines.length;
  return `## Where we are behind\n\n${lines.join('\n')}${rest > 0 ? `\n- and ${rest} more, in the tables` : ''}`;
}

function commandSection(load: PeerLoad, turns: readonly PeerTurn[]): string {
  const servers = CONTENDERS.flatMap((contender) => {
    const turn = turns.find((one) => one.contender === contender);
    return turn === undefined ? [] : [`# ${contender}`, turn.command];
  });
  const tests = [
    '# load, with the number of the round as seed',
    ...load.concurrency.map((connections) => benchCommand(closedArguments(load, connections, 1))),
    benchCommand(openArguments(load, 1)),
  ];
  return `## Commands\n\n\`\`\`sh\n${[...servers, ...tests].join('\n')}\n\`\`\`\n`;
}

function benchCommand(args: readonly string[]): string {
  return `npm run quept -- bench ${args.join(' ')} --url URL`;
}

function formatValue(value: number | null): string {
  if (value === null) return ABSENT;
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** Bold where we are behind. */
function formatRatio({ ratio, verdict }: PairRatio): string {
  if (ratio === null) return ABSENT;
  return verdict === 'behind' ? `**${ratio.toFixed(2)}**` : ratio.toFixed(2);
}
