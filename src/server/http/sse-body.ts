import { within } from '../../core/index.ts';

/** How a stream ended: all sent, an error sent, the client went away, or the client stopped reading. */
export type SseOutcome = 'complete' | 'failed' | 'disconnected' | 'stalled';

export interface SseBodyOptions {
  /** Server-sent events as text. Its failure becomes the last frame. */
  readonly frames: AsyncGenerator<string, void>;
  readonly keepAlive: { readonly frame: string; readonly everyMs: number };
  readonly stalledReaderMs: number;
  readonly encodeFailure: (thrown: unknown) => string;
  /** Called exactly once, before the body closes. */
  readonly onEnd: (outcome: SseOutcome) => void;
}

/**
 * A response body that takes the next frame only when the one before has been passed on: a slow reader slows its
 * own stream and nothing piles up here. Never errors, so no transport gets to invent an ending.
 */
export function sseBody(options: SseBodyOptions): ReadableStream<Uint8Array> {
  const { frames, keepAlive, stalledReaderMs } = options;
  const encoder = new TextEncoder();
  let pending: Promise<IteratorResult<string, void>> | null = null;
  let stall: NodeJS.Timeout | undefined;
  let ended = false;

  const end = (outcome: SseOutcome): void => {
    if (ended) return;
    ended = true;
    clearTimeout(stall);
    options.onEnd(outcome);
    // Not awaited: a generator that waits for its next event returns only after that.
    frames.return().catch(() => {});
  };

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    clearTimeout(stall);
    pending ??= frames.next();
    try {
      const next = await within(pending, keepAlive.everyMs);
      if (ended) return;
      if (next === 'late') {
        controller.enqueue(encoder.encode(keepAlive.frame));
      } else if (next.done === true) {
        end('complete');
        controller.close();
        return;
      } else {
        pending = null;
        controller.enqueue(encoder.encode(next.value));
      }
      stall = setTimeout(() => end('stalled'), stalledReaderMs);
    } catch (thrown) {
      if (ended) return;
      controller.enqueue(encoder.encode(options.encodeFailure(thrown)));
      end('failed');
      controller.close();
    }
  };

  return new ReadableStream<Uint8Array>({ pull, cancel: () => end('disconnected') }, { highWaterMark: 0 });
}
