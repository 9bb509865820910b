import { describe, expect, it } from 'vitest';
import { type GenerationEvent, reportPrecision, WITHOUT_TARGETS } from '../../../src/core/index.ts';
import {
  CHAT_SHAPE,
  COMPLETION_SHAPE,
  encodeReplyStream,
  type IndexedEvent,
  replyMeta,
} from '../../../src/protocol/index.ts';
import { FAKE_LADDER, FAKE_MODEL } from '../../support/fake-inference-service.ts';
import { dataOf } from '../../support/http-test-app.ts';

const META = replyMeta(
  FAKE_MODEL,
  { range: { floor: 0, ceiling: 2, pinned: false }, level: WITHOUT_TARGETS.level },
  'id-1',
  1_700_000_001,
);

interface Chunk {
  readonly choices: readonly {
    readonly index: number;
    readonly delta?: { readonly content?: string; readonly role?: string };
    readonly text?: string;
    readonly precision?: { readonly configs: readonly { readonly id: string; readonly tokens: number }[] };
  }[];
  readonly precision?: { readonly configs: readonly { readonly id: string; readonly tokens: number }[] };
}

type Said = readonly (readonly [text: string, rung: number])[];

async function* eventsOf(...choices: readonly Said[]): AsyncGenerator<IndexedEvent> {
  for (const [index, said] of choices.entries()) {
    for (const [text, rung] of said) {
      const token: GenerationEvent = { type: 'token', requestId: 'r', tokenId: 1, text, rung };
      yield { index, event: token };
    }
    yield {
      index,
      event: {
        type: 'finished',
        requestId: 'r',
        reason: 'stop',
        text: '',
        usage: { promptTokens: 1, completionTokens: said.length, cachedTokens: 0 },
        precision: reportPrecision(
          FAKE_LADDER,
          said.map(([, rung]) => rung),
        ),
      },
    };
  }
}

async function chunksOf(
  choices: readonly Said[],
  told = true,
  shape = CHAT_SHAPE,
): Promise<{ chunks: Chunk[]; text: string }> {
  let text = '';
  const pieceLadder = told ? FAKE_LADDER : null;
  const form = { shape, meta: META, choices: choices.length, includeUsage: false, pieceLadder };
  for await (const frame of encodeReplyStream(eventsOf(...choices), form)) text += frame;
  return {
    chunks: dataOf(text)
      .slice(0, -1)
      .map((data) => JSON.parse(data)),
    text,
  };
}

/** Index, text and configs of each piece. */
const pieces = (chunks: readonly Chunk[]) =>
  chunks.flatMap(({ choices }) =>
    choices.map(({ index, delta, text, precision }) => [
      index,
      delta?.content ?? text ?? '',
      precision?.configs.map(({ id, tokens }) => `${tokens} ${id}`).join(' ') ?? null,
    ]),
  );

describe('[V6] the pieces of a stream', () => {
  it('tell what each token was served at', async () => {
    const { chunks } = await chunksOf([
      [
        ['a', 2],
        ['b', 2],
        ['c', 0],
      ],
    ] as Said[]);
    expect(pieces(chunks)).toEqual([
      [0, '', null],
      [0, 'a', '1 q8'],
      [0, 'b', '1 q8'],
      [0, 'c', '1 q2'],
      [0, '', null],
    ]);
  });

  it('tell of tokens that made nothing certain with the next that did, or with the end, in their order', async () => {
    const { chunks } = await chunksOf([
      [
        ['', 2],
        ['', 2],
        ['', 0],
        ['ab', 2],
        ['', 1],
        ['', 1],
      ],
    ] as Said[]);
    expect(pieces(chunks)).toEqual([
      [0, '', null],
      [0, 'ab', '2 q8 1 q2 1 q8'],
      [0, '', '2 q4'],
    ]);
  });

  it.each([
    ['chats', CHAT_SHAPE],
    ['completions', COMPLETION_SHAPE],
  ] as const)('add up to what the answer reports, in %s of several choices', async (_, shape) => {
    const { chunks } = await chunksOf(
      [
        [
          ['a', 2],
          ['', 0],
          ['b', 0],
        ],
        [
          ['c', 1],
          ['', 2],
        ],
      ] as Said[],
      true,
      shape,
    );
    const sums = new Map<string, number>();
    for (const { id, tokens } of chunks.flatMap(({ choices }) =>
      choices.flatMap(({ precision }) => precision?.configs ?? []),
    ))
      sums.set(id, (sums.get(id) ?? 0) + tokens);
    const reported = chunks.at(-1)?.precision?.configs.map(({ id, tokens }) => [id, tokens]);
    expect([...sums].sort()).toEqual(reported?.sort());
  });

  it('tell nothing unless asked', async () => {
    const { chunks } = await chunksOf([[['a', 2]]] as Said[], false);
    expect(pieces(chunks).map(([, , precision]) => precision)).toEqual([null, null, null]);
  });
});
