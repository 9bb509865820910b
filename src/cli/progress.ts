import type { Clock } from '../core/index.ts';
import type { TextSink } from './output.ts';

/** Progress of one long job. Call `update` as often as you like; it draws only when there is news. */
export interface Progress {
  /** `done` of `total` units are finished; `detail` names what is at work. */
  update(done: number, detail?: string): void;
  /** Ends the bar. Nothing may follow. */
  end(): void;
}

export interface ProgressOptions {
  readonly label: string;
  /** Units in all, more than 0. */
  readonly total: number;
  /** How an amount of units reads, e.g. `12.3 MB`. */
  readonly format: (units: number) => string;
}

const REDRAW_MS = 100;
const LINE_EVERY_MS = 10_000;
const BAR_CELLS = 24;

/** A bar with rate and remaining time on a terminal; elsewhere a line at each tenth and every ten seconds. */
export function createProgress(options: ProgressOptions, sink: TextSink, clock: Clock = MONOTONIC): Progress {
  return sink.isTTY === true ? terminalBar(options, sink, clock) : plainLines(options, sink, clock);
}

const MONOTONIC: Clock = { now: () => performance.now() };

function terminalBar(options: ProgressOptions, sink: TextSink, clock: Clock): Progress {
  const start = clock.now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update(done, detail = '') {
      const now = clock.now();
      if (now - drawnAt < REDRAW_MS && done < options.total) return;
      drawnAt = now;
      const filled = Math.floor(share(options, done) * BAR_CELLS);
      const bar = '#'.repeat(filled).padEnd(BAR_CELLS, '.');
      const line = `${options.label} [${bar}] ${figures(options, done, now - start)}  ${detail}`;
      sink.write(`\r\u001b[2K${line.slice(0, Math.max(1, (sink.columns ?? 80) - 1))}`);
    },
    end() {
      if (drawnAt > Number.NEGATIVE_INFINITY) sink.write('\n');
    },
  };
}

function plainLines(options: ProgressOptions, sink: TextSink, clock: Clock): Progress {
  const start = clock.now();
  let toldTenth = 0;
  let toldAt = start;
  return {
    update(done, detail = '') {
      const now = clock.now();
      const tenth = Math.floor(share(options, done) * 10);
      if (tenth === toldTenth && now - toldAt < LINE_EVERY_MS) return;
      toldTenth = tenth;
      toldAt = now;
      sink.write(`${`${options.label}: ${figures(options, done, now - start)}  ${detail}`.trimEnd()}\n`);
    },
    end() {},
  };
}

function share({ total }: ProgressOptions, done: number): number {
  return Math.min(1, Math.max(0, done / total));
}

/** `42 %  1.2 of 2.9 GB  120 MB/s  0:14 left`. */
function figures(options: ProgressOptions, done: number, elapsedMs: number): string {
  const percent = `${Math.floor(share(options, done) * 100)} %`;
  const amount = `${options.format(done)} of ${options.format(options.total)}`;
  if (done <= 0 || elapsedMs <= 0) return `${percent}  ${amount}`;
  const perSecond = (done / elapsedMs) * 1000;
  const left = done >= options.total ? elapsedMs / 1000 : (options.total - done) / perSecond;
  const time = `${formatSeconds(left)} ${done >= options.total ? 'in all' : 'left'}`;
  return `${percent}  ${amount}  ${options.format(perSecond)}/s  ${time}`;
}

/** `0:07`, `12:30`, `1:02:05`. */
function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
