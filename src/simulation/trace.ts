import { QueptError } from '../core/index.ts';

/** One request of a recorded trace. */
export interface TraceRow {
  /** From the first request on, milliseconds. */
  readonly atMs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

const HEADER = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const;
/** `2023-11-16 18:17:03.9799600`; a zone may follow, and counts for nothing as long as all lines have the same. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/;
const MOST_FAULTS_TOLD = 3;

/**
 * Reads a trace of Azure's format: a header line `TIMESTAMP,ContextTokens,GeneratedTokens`, then a request per line.
 * Lines need not be in order of time.
 *
 * @param source what to call the file in messages
 * @returns rows in order of time, the first at 0
 * Throws QueptError `invalid_usage` that names the file and the lines at fault by number.
 */
export function parseTrace(text: string, source: string): TraceRow[] {
  const lines = text.split(/\r?\n/);
  requireHeader(lines[0] ?? '', source);
  const rows: TraceRow[] = [];
  const faults: string[] = [];
  lines.slice(1).forEach((line, i) => {
    if (line.trim() === '') return;
    const row = parseRow(line);
    if (typeof row === 'string') faults.push(`line ${i + 2}: ${row}`);
    else rows.push(row);
  });
  if (faults.length > 0) throw new QueptError('invalid_usage', `${source}: ${tellFaults(faults)}.`);
  if (rows.length === 0) throw new QueptError('invalid_usage', `${source} holds no requests.`);
  rows.sort((a, b) => a.atMs - b.atMs);
  const startMs = rows[0]?.atMs ?? 0;
  return rows.map((row) => ({ ...row, atMs: row.atMs - startMs }));
}

function requireHeader(line: string, source: string): void {
  const names = line
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((name) => name.trim());
  if (HEADER.every((name, i) => names[i] === name)) return;
  throw new QueptError(
    'invalid_usage',
    `${source}: line 1 must be the header ${HEADER.join(',')}; is this an Azure LLM inference trace?`,
  );
}

/** The row, or what is wrong with it. Its time is absolute. */
function parseRow(line: string): TraceRow | string {
  const [time = '', context = '', generated = ''] = line.split(',').map((cell) => cell.trim());
  const atMs = parseTimestamp(time);
  if (atMs === null) return `'${time}' is no time like 2023-11-16 18:17:03.98`;
  if (!isCount(context)) return `ContextTokens '${context}' is no whole number from 1 on`;
  if (!isCount(generated)) return `GeneratedTokens '${generated}' is no whole number from 1 on`;
  return { atMs, promptTokens: Number(context), outputTokens: Number(generated) };
}

function parseTimestamp(text: string): number | null {
  const [, day, time, fraction = ''] = TIMESTAMP.exec(text) ?? [];
  // Dates hold whole milliseconds; the fraction is finer.
  const secondMs = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(secondMs) ? null : secondMs + 1000 * Number(`0${fraction}`);
}

function isCount(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text);
}

function tellFaults(faults: readonly string[]): string {
  const more = faults.length - MOST_FAULTS_TOLD;
  const told = faults.slice(0, MOST_FAULTS_TOLD).join('; ');
  return more > 0 ? `${told}; and ${more} more lines` : told;
}
