import { textTable } from '../engine/text-table.ts';
import type { DecodeResult, ShapeResult } from './measure-shape.ts';

const GIGABYTE = 1e9;
const MEGABYTE = 1e6;

/** Tables of one shape. @param bandwidth bytes per second, null where it is not known */
export function formatShape(name: string, result: ShapeResult, bandwidth: number | null): string {
  const { floatType, deviceBytes } = result;
  return [
    `## ${name}: ${floatType === 'f16' ? 'float16' : 'float32'}, ${(deviceBytes / GIGABYTE).toFixed(2)} GB of device memory`,
    decodeTable(result, bandwidth),
    prefillTable(result),
    switchTable(result),
  ].join('\n\n');
}

function decodeTable({ decode }: ShapeResult, bandwidth: number | null): string {
  const header = [
    'decode',
    'bits',
    'ms',
    'tokens/s',
    'reads, MB',
    'bound, ms',
    'of the bound',
    'up, kB',
    'down, kB',
  ];
  const rows = decode.map((each) => [
    `batch ${each.batch}, ${each.precision}`,
    each.averageBits.toFixed(2),
    each.ms.toFixed(2),
    ((1000 * each.batch) / each.ms).toFixed(0),
    (each.bytes / MEGABYTE).toFixed(1),
    ...boundCells(each, bandwidth),
    (each.uploadedBytes / 1000).toFixed(1),
    (each.downloadedBytes / 1000).toFixed(1),
  ]);
  return textTable(header, rows);
}

function boundCells({ bytes, ms }: DecodeResult, bandwidth: number | null): [string, string] {
  if (bandwidth === null) return ['unknown', 'unknown'];
  const bound = (1000 * bytes) / bandwidth;
  return [bound.toFixed(3), `${((100 * bound) / ms).toFixed(0)} %`];
}

function prefillTable({ prefill }: ShapeResult): string {
  const rows = prefill.map(({ precision, averageBits, tokens, ms }) => [
    `${tokens} tokens, ${precision}`,
    averageBits.toFixed(2),
    ms.toFixed(2),
    ((1000 * tokens) / ms).toFixed(0),
  ]);
  return textTable(['prefill', 'bits', 'ms', 'tokens/s'], rows);
}

function switchTable({ switches }: ShapeResult): string {
  const header = ['switch, ms', '4 after 4', '4 after 8', '8 after 8', '8 after 4', 'a switch costs'];
  const rows = switches.map(({ batch, steadyMs, switchedMs }) => {
    const cost = (switchedMs[0] + switchedMs[1] - steadyMs[0] - steadyMs[1]) / 2;
    const times = [steadyMs[0], switchedMs[0], steadyMs[1], switchedMs[1], cost];
    return [`batch ${batch}`, ...times.map((ms) => ms.toFixed(2))];
  });
  return textTable(header, rows);
}
