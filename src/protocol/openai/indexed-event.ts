import { type FinishedEvent, type GenerationEvent, QueptError } from '../../core/index.ts';

/** An event of one of the choices of an answer. */
export interface IndexedEvent {
  readonly index: number;
  readonly event: GenerationEvent;
}

/**
 * The event, if an answer can go on from it or end with it.
 *
 * Throws QueptError for the end of an answer that failed or was cancelled.
 */
export function requireAlive(event: GenerationEvent): Exclude<GenerationEvent, { type: 'failed' }> {
  if (event.type === 'failed') {
    // The text of an internal fault is for the log alone.
    if (event.code === 'internal_error') throw new Error(event.message);
    throw new QueptError(event.code, event.message);
  }
  if (event.type === 'finished' && event.reason === 'cancelled') {
    throw new QueptError('cancelled', 'The request was cancelled before it was finished.');
  }
  return event;
}

/** Throws when a choice has no terminal event: an answer must not look complete then. */
export function requireAllFinished(finished: readonly (FinishedEvent | undefined)[]): FinishedEvent[] {
  return finished.map((event, index) => {
    if (event === undefined) throw new Error(`The events of choice ${index} ended without a terminal event.`);
    return event;
  });
}
