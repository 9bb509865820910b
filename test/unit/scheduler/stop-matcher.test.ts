import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopMatcher } from '../../../src/scheduler/stop-matcher.ts';
import { naiveStopCut } from '../../support/naive-stop-cut.ts';

/** Feeds `pieces` and returns what came out of each push, then of the flush. */
function feed(stops: string[], pieces: string[]): { out: string[]; stopped: boolean } {
  const matcher = new StopMatcher(stops);
  const out: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = matcher.push(piece);
    out.push(text);
    if (stopped) return { out, stopped: true };
  }
  out.push(matcher.flush());
  return { out, stopped: false };
}

/** The longest suffix of `text` that a stop string begins with, short of the whole stop string. */
function naiveHold(text: string, stops: readonly string[]): string {
  for (let start = 0; start < text.length; start++) {
    const suffix = text.slice(start);
    if (stops.some((stop) => stop.length > suffix.length && stop.startsWith(suffix))) return suffix;
  }
  return '';
}

describe('StopMatcher', () => {
  it('lets everything through at once without stop strings', () => {
    expect(feed([], ['a', 'bc', ''])).toEqual({ out: ['a', 'bc', '', ''], stopped: false });
  });

  it('finds a stop string across pieces and drops what follows', () => {
    expect(feed(['END'], ['x E', 'N', 'D y'])).toEqual({ out: ['x ', '', ''], stopped: true });
  });

  it('releases a beginning that does not go on, and no more than that', () => {
    expect(feed(['aab'], ['aa', 'a', 'c'])).toEqual({ out: ['', 'a', 'aac', ''], stopped: false });
  });

  it('cuts at the string that is complete first, not the one that begins first', () => {
    expect(feed(['abcd', 'bc'], ['abcd'])).toEqual({ out: ['a'], stopped: true });
  });

  it('cuts the longest of those that end together', () => {
    expect(feed(['c', 'abc'], ['xabc'])).toEqual({ out: ['x'], stopped: true });
  });

  it('gives back what it holds at the end', () => {
    expect(feed(['###'], ['a#', '#'])).toEqual({ out: ['a', '', '##'], stopped: false });
  });

  it('equals the naive cut, however the text is divided, and holds back no character too many', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 1, maxLength: 5 });
    const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', 'c'), maxLength: 4 }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), pieces, (stops, parts) => {
        const expected = naiveStopCut(parts.join(''), stops);
        const { out, stopped } = feed(stops, parts);
        expect({ text: out.join(''), stopped }).toEqual(expected);
        for (const stop of stops) expect(out.join('').includes(stop)).toBe(false);
        const pushes = stopped ? out.length - 1 : parts.length;
        for (let i = 0; i < pushes; i++) {
          const seen = parts.slice(0, i + 1).join('');
          expect(seen.slice(out.slice(0, i + 1).join('').length)).toBe(naiveHold(seen, stops));
        }
      }),
      { numRuns: 5000, seed: 5 },
    );
  });

  it('takes long, self-similar stop strings in linear time', () => {
    const matcher = new StopMatcher([`${'a'.repeat(20_000)}b`]);
    for (let i = 0; i < 1000; i++) expect(matcher.push('a'.repeat(100)).stopped).toBe(false);
    expect(matcher.flush()).toHaveLength(20_000);
  });
});
