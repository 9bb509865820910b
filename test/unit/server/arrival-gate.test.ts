import { describe, expect, it } from 'vitest';
import { ArrivalGate } from '../../../src/server/grpc/arrival-gate.ts';

/** Visits of one name, of whom two are let in at a time, and who is in, in order. */
function visits() {
  const gate = new ArrivalGate();
  const entered: string[] = [];
  const visit = (who: string, name = 'a') => gate.visit(name, 2, () => entered.push(who));
  return { visit, entered };
}

describe('ArrivalGate', () => {
  it('lets so many in at once, and the next when one leaves, in order', () => {
    const { visit, entered } = visits();
    const leave = ['1', '2', '3', '4'].map((who) => visit(who));
    expect(entered).toEqual(['1', '2']);
    leave[1]?.();
    expect(entered).toEqual(['1', '2', '3']);
    leave[0]?.();
    expect(entered).toEqual(['1', '2', '3', '4']);
  });

  it('keeps names apart', () => {
    const { visit, entered } = visits();
    for (const who of ['1', '2', '3']) visit(who);
    visit('4', 'b');
    expect(entered).toEqual(['1', '2', '4']);
  });

  it('never lets in who has left while waiting', () => {
    const { visit, entered } = visits();
    const [first, , third] = ['1', '2', '3', '4'].map((who) => visit(who));
    third?.();
    first?.();
    expect(entered).toEqual(['1', '2', '4']);
  });

  it('counts who leaves twice once, also when others have come since', () => {
    const { visit, entered } = visits();
    const leave = visit('1');
    leave();
    visit('2');
    leave();
    visit('3');
    visit('4');
    expect(entered).toEqual(['1', '2', '3']);
    leave();
    expect(entered).toEqual(['1', '2', '3']);
  });
});
