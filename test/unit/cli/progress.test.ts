import { describe, expect, it } from 'vitest';
import { createProgress } from '../../../src/cli/progress.ts';

function setUp(isTTY: boolean) {
  let now = 0;
  const written: string[] = [];
  const sink = { isTTY, columns: 100, write: (text: string) => written.push(text) };
  const options = { label: 'quantizing', total: 100, format: (n: number) => `${Math.round(n)} MB` };
  const progress = createProgress(options, sink, { now: () => now });
  const at = (ms: number, done: number, detail?: string) => {
    now = ms;
    progress.update(done, detail);
  };
  return { at, end: () => progress.end(), written };
}

describe('progress on a terminal', () => {
  it('redraws one line with share, rate and time left', () => {
    const { at, end, written } = setUp(true);
    at(2000, 25, 'layers.0.qkv');
    end();
    expect(written).toEqual([
      '\r\u001b[2Kquantizing [######..................] 25 %  25 MB of 100 MB  13 MB/s  0:06 left  layers.0.qkv',
      '\n',
    ]);
  });

  it('redraws ten times a second at most, and always at the end', () => {
    const { at, written } = setUp(true);
    at(1000, 1);
    at(1050, 2);
    at(1099, 3);
    at(1100, 4);
    at(1101, 100);
    expect(written).toHaveLength(3);
    expect(written.at(-1)).toContain('100 %');
    expect(written.at(-1)).toContain('0:01 in all');
  });

  it('never exceeds the width of the terminal, where a redraw would scroll', () => {
    const { at, written } = setUp(true);
    at(1000, 1, 'x'.repeat(300));
    expect(written[0]?.replace('\r\u001b[2K', '')).toHaveLength(99);
  });

  it('writes nothing when nothing happened', () => {
    const { end, written } = setUp(true);
    end();
    expect(written).toEqual([]);
  });
});

describe('progress elsewhere', () => {
  it('writes a plain line at each tenth', () => {
    const { at, written } = setUp(false);
    for (let done = 1; done <= 100; done++) at(done * 10, done);
    expect(written).toHaveLength(10);
    expect(written[0]).toBe('quantizing: 10 %  10 MB of 100 MB  100 MB/s  0:01 left\n');
    expect(written.join('')).not.toContain('\u001b');
  });

  it('writes a line every ten seconds of slow work', () => {
    const { at, written } = setUp(false);
    at(5_000, 1);
    at(10_000, 2);
    at(15_000, 3);
    at(20_000, 4);
    expect(written).toHaveLength(2);
    expect(written[1]).toContain('8:00 left');
  });
});
