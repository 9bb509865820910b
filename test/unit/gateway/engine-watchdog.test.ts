import { afterEach, describe, expect, it } from 'vitest';
import { EngineWatchdog } from '../../../src/gateway/engine-watchdog.ts';

const watchdogs: EngineWatchdog[] = [];
afterEach(() => {
  for (const watchdog of watchdogs.splice(0)) watchdog.stop();
});

/** A watchdog that is looked with by hand, every 500 ms of its own time. */
function watched({ leastMs = 10_000, longestStepMs = 100 } = {}) {
  const state = { busy: false, pings: 0, hangs: [] as number[], nowMs: 0 };
  const watchdog = new EngineWatchdog({
    leastMs,
    busy: () => state.busy,
    ping: () => state.pings++,
    onHang: (silentMs) => state.hangs.push(silentMs),
  });
  watchdogs.push(watchdog);
  watchdog.start(longestStepMs, state.nowMs);
  const look = (times = 1, everyMs = 500): void => {
    for (let i = 0; i < times && state.hangs.length === 0; i++) {
      state.nowMs += everyMs;
      watchdog.look(state.nowMs);
    }
  };
  return { watchdog, state, look };
}

describe('[F1] the watchdog of the engine', () => {
  it('gives up one that has requests and takes no step', () => {
    const { state, look } = watched();
    state.busy = true;
    look(20);
    expect(state.hangs).toEqual([]);
    look();
    expect(state.hangs).toEqual([10_500]);
  });

  it('bears any number of steps, each shorter than its patience', () => {
    const { watchdog, state, look } = watched();
    state.busy = true;
    for (let i = 0; i < 50; i++) {
      look(19);
      watchdog.stepped(100);
    }
    expect(state.hangs).toEqual([]);
  });

  it('gives a slow machine its time: ten times its longest step, as predicted last', () => {
    const { watchdog, state, look } = watched({ longestStepMs: 4_000 });
    state.busy = true;
    expect(watchdog.patienceMs).toBe(40_000);
    look(79);
    watchdog.stepped(6_000);
    look(119);
    expect(state.hangs).toEqual([]);
    look(2);
    expect(state.hangs).toEqual([60_500]);
  });

  it('gives up one without requests that no longer answers, and asks one that does again and again', () => {
    const { watchdog, state, look } = watched();
    for (let i = 1; i <= 30; i++) {
      look();
      expect(state.pings).toBe(i);
      watchdog.answered();
    }
    look(30);
    expect(state.pings).toBe(31);
    expect(state.hangs).toHaveLength(1);
  });

  it('takes an answer to a ping for no progress where there is work', () => {
    const { watchdog, state, look } = watched();
    look();
    state.busy = true;
    for (let i = 0; i < 30; i++) {
      watchdog.answered();
      look();
    }
    expect(state.hangs).toHaveLength(1);
  });

  it('counts no time in which it was not looking itself', () => {
    const { watchdog, state, look } = watched();
    state.busy = true;
    // A container frozen for an hour, twice.
    look(2, 3_600_000);
    expect(state.hangs).toEqual([]);
    watchdog.stepped(100);
    look(5);
    expect(state.hangs).toEqual([]);
  });

  it('forgets what an engine owed that has been replaced', () => {
    const { watchdog, state, look } = watched();
    look(19);
    watchdog.start(100, state.nowMs);
    look(19);
    expect(state.hangs).toEqual([]);
  });

  it('is off at 0', () => {
    const { state, look } = watched({ leastMs: 0 });
    state.busy = true;
    look(1_000);
    expect(state.hangs).toEqual([]);
  });
});
