import type { GenerationEvent } from '../core/index.ts';
import type { IndexedEvent } from '../protocol/index.ts';

type Settled =
  | { readonly index: number; readonly result: IteratorResult<GenerationEvent> }
  | { readonly index: number; readonly thrown: unknown };

/**
 * Events of several generations as they come, none starving another. At most one event per generation is taken
 * ahead of the reader. Leaving early, or a throw of any source, closes all of them.
 */
export async function* mergeEvents(
  sources: readonly AsyncIterable<GenerationEvent>[],
): AsyncGenerator<IndexedEvent, void> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const settled: Settled[] = [];
  let wake = (): void => {};
  const advance = (index: number): void => {
    const settle = (outcome: Settled): void => {
      settled.push(outcome);
      wake();
    };
    (iterators[index] as AsyncIterator<GenerationEvent>).next().then(
      (result) => settle({ index, result }),
      (thrown: unknown) => settle({ index, thrown }),
    );
  };
  try {
    for (const index of iterators.keys()) advance(index);
    let open = iterators.length;
    while (open > 0) {
      const next = settled.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if ('thrown' in next) throw next.thrown;
      if (next.result.done === true) {
        open--;
        continue;
      }
      yield { index: next.index, event: next.result.value };
      advance(next.index);
    }
  } finally {
    // Not awaited: a source that is waiting for its next event answers only after that event.
    for (const iterator of iterators) iterator.return?.().catch(() => {});
  }
}
