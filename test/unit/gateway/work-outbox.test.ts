import { describe, expect, it } from 'vitest';
import type { EngineRequest } from '../../../src/core/index.ts';
import type { WorkMessage } from '../../../src/gateway/channel.ts';
import { WorkOutbox } from '../../../src/gateway/work-outbox.ts';
import { engineRequest } from './engine-request.ts';

/** An outbox whose turns of the event loop end when the test says so. */
function outboxUnderTest() {
  const sent: { submit: string[]; cancel: readonly string[] }[] = [];
  const turn: (() => void)[] = [];
  const outbox = new WorkOutbox(
    ({ submit, cancel }: WorkMessage) =>
      sent.push({ submit: submit.map(({ id }: EngineRequest) => id), cancel }),
    (callback) => turn.push(callback),
  );
  const endTurn = () => {
    for (const callback of turn.splice(0)) callback();
  };
  return { outbox, sent, endTurn };
}

describe('WorkOutbox', () => {
  it('sends what one turn brought as one message', () => {
    const { outbox, sent, endTurn } = outboxUnderTest();
    outbox.submit(engineRequest('a'));
    outbox.submit(engineRequest('b'));
    outbox.cancel('old');
    expect(sent).toEqual([]);
    endTurn();
    expect(sent).toEqual([{ submit: ['a', 'b'], cancel: ['old'] }]);
  });

  it('sends one message between two step messages', () => {
    const { outbox, sent, endTurn } = outboxUnderTest();
    outbox.submit(engineRequest('a'));
    endTurn();
    outbox.submit(engineRequest('b'));
    endTurn();
    outbox.submit(engineRequest('c'));
    outbox.cancel('a');
    endTurn();
    expect(sent).toHaveLength(1);
    outbox.stepArrived();
    endTurn();
    expect(sent.slice(1)).toEqual([{ submit: ['b', 'c'], cancel: ['a'] }]);
  });

  it('sends nothing on a step when there is nothing to send', () => {
    const { outbox, sent, endTurn } = outboxUnderTest();
    outbox.stepArrived();
    endTurn();
    expect(sent).toEqual([]);
  });

  it('forgets a request that is cancelled before it left', () => {
    const { outbox, sent, endTurn } = outboxUnderTest();
    outbox.submit(engineRequest('a'));
    expect(outbox.cancel('a')).toBe(true);
    endTurn();
    expect(sent).toEqual([]);
    outbox.submit(engineRequest('b'));
    endTurn();
    expect(outbox.cancel('b')).toBe(false);
    outbox.stepArrived();
    endTurn();
    expect(sent).toEqual([
      { submit: ['b'], cancel: [] },
      { submit: [], cancel: ['b'] },
    ]);
  });
});
