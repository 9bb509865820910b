import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenShards } from '../../../../src/training/token-shards.ts';
import { paragraphsOf, passagesOf } from '../../../../tools/default-model/packing/books.mjs';
import { WindowFiller } from '../../../../tools/default-model/packing/fill-windows.mjs';
import { MIX, Mixer } from '../../../../tools/default-model/packing/mix.mjs';
import { planParts } from '../../../../tools/default-model/packing/plan-parts.mjs';
import { ShardWriter } from '../../../../tools/default-model/packing/shard-writer.mjs';
import { Sources, textOf } from '../../../../tools/default-model/packing/sources.mjs';

const FILLER = 0;

describe('windows', () => {
  it('hold whole documents, each once, in windows of one length', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 200, maxLength: 400 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const filler = new WindowFiller(16, FILLER);
        const seen: number[] = [];
        for (const [i, length] of lengths.entries()) {
          const document = { tokens: Array(length).fill(i + 1), mask: Array(length).fill(1) };
          const window = filler.add(document);
          if (window === null) continue;
          expect(window.tokens).toHaveLength(16);
          expect(window.mask).toHaveLength(16);
          expect(window.mask[0]).toBe(0);
          for (const id of new Set(window.tokens)) {
            const at = window.tokens.flatMap((token, place) => (token === id ? [place] : []));
            if (id === FILLER) expect(at.every((place) => window.mask[place] === 0)).toBe(true);
            else {
              seen.push(id);
              expect(at).toHaveLength(lengths[id - 1]!);
              expect(at.at(-1)! - at[0]!).toBe(at.length - 1);
            }
          }
        }
        expect(new Set(seen).size).toBe(seen.length);
      }),
      { numRuns: 20 },
    );
  });

  it('waste little', () => {
    const filler = new WindowFiller(512, FILLER);
    let [windows, filled] = [0, 0];
    for (let i = 0; i < 20_000; i++) {
      const length = [20, 35, 300, 25, 150][i % 5]! + ((i * 7) % 40);
      const window = filler.add({ tokens: Array(length).fill(1), mask: Array(length).fill(1) });
      if (window === null) continue;
      windows++;
      filled += window.tokens.filter((id) => id !== FILLER).length;
    }
    expect(filled / windows / 512).toBeGreaterThan(0.98);
  });

  it('refuse a document that is longer', () => {
    const filler = new WindowFiller(4, FILLER);
    expect(() => filler.add({ tokens: Array(5).fill(1), mask: Array(5).fill(1) })).toThrow(RangeError);
  });
});

describe('the mix', () => {
  it('gives every source its share of the tokens at any time', () => {
    const mixer = new Mixer(MIX);
    const given = new Map<string, number>();
    const total = () => [...given.values()].reduce((sum, tokens) => sum + tokens, 0);
    const shares = Object.values(MIX).reduce((sum, share) => sum + share, 0);
    for (let i = 0; i < 4000; i++) {
      const name = mixer.next();
      const tokens = 10 + ((i * 13) % 300);
      mixer.given(name, tokens);
      given.set(name, (given.get(name) ?? 0) + tokens);
    }
    for (const [name, share] of Object.entries(MIX))
      expect(Math.abs(given.get(name)! - (share / shares) * total()), name).toBeLessThan(700);
    expect(() => mixer.given('dancing', 1)).toThrow('dancing');
  });

  it('names sources that there are, and they go on without repeating themselves', () => {
    const sources = new Sources(['One passage.', 'Another one.'], 1, 'train');
    for (const name of Object.keys(MIX)) {
      const [first, second, third] = [sources.next(name), sources.next(name), sources.next(name)];
      expect(textOf(first)).not.toBe(textOf(second));
      if (name === 'books') expect(textOf(third)).toBe(textOf(first));
      expect(sources.counts[name]).toBe(3);
    }
  });
});

describe('books', () => {
  const BOOK = [
    '\ufeffThe Tale of a Test\r',
    'Nobody\r',
    '\r',
    'CHAPTER I\r',
    '\r',
    '“Well,” said the _hen_--and she said\r',
    'no more.\r',
    '\r',
    'Contents | page\r',
    '\r',
    'It was the cat’s turn.',
  ].join('\n');

  it('give paragraphs in plain letters, without headings and marks', () => {
    expect(paragraphsOf(BOOK)).toEqual([
      '"Well," said the hen - and she said no more.',
      "It was the cat's turn.",
    ]);
  });

  it('are cut into passages of whole paragraphs', () => {
    const paragraph = `${'word '.repeat(100)}end.`;
    const passages = passagesOf(Array(9).fill(paragraph).join('\n\n'));
    expect(passages).toHaveLength(3);
    for (const passage of passages) expect(passage).toBe(Array(3).fill(paragraph).join('\n\n'));
  });
});

describe('parts', () => {
  const count = (max: number) => fc.integer({ min: 1, max });
  const phases = fc.array(fc.record({ sequences: count(40), length: count(64), steps: count(40) }), {
    minLength: 1,
    maxLength: 4,
  });

  it('cover the stream exactly, in order, none larger than it should be', () => {
    fc.assert(
      fc.property(phases, count(4000), (plan, size) => {
        const parts = planParts(plan, size);
        // What each window of the stream is long, once by the recipe and once by the parts.
        const wanted = plan.flatMap(({ sequences, length, steps }) =>
          Array<number>(sequences * steps).fill(length),
        );
        expect(parts.flatMap(({ windows, length }) => Array<number>(windows).fill(length))).toEqual(wanted);
        let start = 0;
        for (const [i, part] of parts.entries()) {
          expect(part).toMatchObject({ index: i, start });
          expect(part.windows === 1 || part.windows * part.length <= size).toBe(true);
          start += part.windows * part.length;
        }
      }),
      { numRuns: 50 },
    );
  });

  it('have names of their own that sort in their order', () => {
    const names = planParts(
      [
        { sequences: 30, length: 8, steps: 40 },
        { sequences: 10, length: 16, steps: 2 },
      ],
      8,
    ).map(({ name }) => name);
    expect(names).toHaveLength(1220);
    expect([...names].sort()).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });
});

it('shards are read back by the trainer as they were written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quept-shards-'));
  try {
    const writer = await ShardWriter.create(folder, 'train-0');
    await writer.write({ tokens: [1, 300, 65_535], mask: [0, 1, 1] });
    await writer.write({ tokens: [7], mask: [1] });
    expect((await readdir(folder)).sort()).toEqual(['train-0.mask.partial', 'train-0.tokens.partial']);
    await expect(TokenShards.open(folder, 'train-')).rejects.toThrow('holds no');
    await writer.close();
    expect((await readdir(folder)).sort()).toEqual(['train-0.mask', 'train-0.tokens']);
    const shards = await TokenShards.open(folder, 'train-');
    expect(await shards.read(0, 4)).toEqual({
      tokens: Uint16Array.of(1, 300, 65_535, 7),
      mask: Uint8Array.of(0, 1, 1, 1),
    });
    await shards.close();
    expect(writer.written).toBe(4);
  } finally {
    await rm(folder, { recursive: true });
  }
});
