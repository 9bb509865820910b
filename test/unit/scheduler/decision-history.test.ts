import { describe, expect, it } from 'vitest';
import {
  createDecisionHistory,
  type DecisionHistory,
  type RequestView,
  type StepPlan,
} from '../../../src/scheduler/index.ts';
import { prompt, request, view } from '../../support/hand-made-view.ts';
import { engineRequest, SchedulerRig, scripted } from '../../support/scheduler-rig.ts';

const NOTHING: StepPlan = { expire: [], admit: [], decode: [], prefill: null };

function record(
  history: DecisionHistory,
  requests: { running?: RequestView[]; waiting?: RequestView[]; nowMs?: number },
  plan: Partial<StepPlan>,
  whyRung?: (id: string) => string | null,
): void {
  const rungOf = Object.assign(() => 2, whyRung === undefined ? {} : { why: whyRung });
  history.record(view(requests), rungOf, { ...NOTHING, ...plan });
}

describe('a history of decisions', () => {
  it('tells what each request got, and nothing of those it never saw', () => {
    const history = createDecisionHistory({ requests: 9 });
    record(
      history,
      { running: [request('d'), request('idle'), request('late')], waiting: [prompt('new'), prompt('next')] },
      {
        expire: ['late'],
        admit: ['new'],
        decode: [{ rung: 1, ids: ['d'] }],
        prefill: { id: 'new', rung: 3, tokens: 7 },
      },
    );
    const of = (id: string) => history.trailOf(id)?.decisions;
    expect(of('d')).toMatchObject([{ action: 'decode', rung: 1, tokens: 1, admitted: false }]);
    expect(of('new')).toMatchObject([{ action: 'prefill', rung: 3, tokens: 7, admitted: true }]);
    expect(of('idle')).toMatchObject([{ action: 'hold', rung: null, tokens: 0 }]);
    expect(of('next')).toMatchObject([{ action: 'wait', rung: null, tokens: 0 }]);
    expect(of('late')).toMatchObject([{ action: 'expire', rung: null, tokens: 0 }]);
    expect(history.trailOf('constructor')).toBeNull();
  });

  it('tells steps that are alike as one decision, and a new one for another rung, action or reason', () => {
    const history = createDecisionHistory({ requests: 9 });
    const running = [request('a', { arrivedAtMs: 100 })];
    const decode = (nowMs: number, rung: number, why: string | null) =>
      record(history, { running, nowMs }, { decode: [{ rung, ids: ['a'] }], why: () => why });
    decode(110, 3, null);
    decode(120, 3, null);
    decode(135, 3, null);
    decode(140, 2, null);
    decode(150, 2, 'load');
    record(history, { running, nowMs: 160 }, { why: () => 'load' });
    decode(170, 2, 'load');
    expect(history.trailOf('a')?.decisions).toEqual(
      [
        { action: 'decode', rung: 3, fromMs: 10, untilMs: 35, steps: 3, tokens: 3, reason: null },
        { action: 'decode', rung: 2, fromMs: 40, untilMs: 40, steps: 1, tokens: 1, reason: null },
        { action: 'decode', rung: 2, fromMs: 50, untilMs: 50, steps: 1, tokens: 1, reason: 'load' },
        { action: 'hold', rung: null, fromMs: 60, untilMs: 60, steps: 1, tokens: 0, reason: 'load' },
        { action: 'decode', rung: 2, fromMs: 70, untilMs: 70, steps: 1, tokens: 1, reason: 'load' },
      ].map((decision) => ({ ...decision, admitted: false })),
    );
  });

  it('joins the reasons of both policies', () => {
    const history = createDecisionHistory({ requests: 9 });
    const why = (id: string) => (id === 'b' ? null : 'the longest wait');
    record(history, { running: [request('a')] }, { why }, () => 'load');
    record(history, { running: [request('b')] }, { why }, () => 'load');
    record(history, { running: [request('c')] }, { why });
    record(history, { running: [request('d')] }, {});
    expect(['a', 'b', 'c', 'd'].map((id) => history.trailOf(id)?.decisions[0]?.reason)).toEqual([
      'the longest wait; load',
      'load',
      'the longest wait',
      null,
    ]);
  });

  it('keeps the requests seen last', () => {
    const history = createDecisionHistory({ requests: 2 });
    for (const id of ['a', 'b', 'a', 'c']) record(history, { running: [request(id)] }, {});
    expect(['a', 'b', 'c'].map((id) => history.trailOf(id) !== null)).toEqual([false, true, true]);
  });

  it('keeps the newest decisions of a request that has many, and counts the others', () => {
    const history = createDecisionHistory({ requests: 2, perRequest: 3 });
    for (let nowMs = 0; nowMs < 8; nowMs++) {
      record(history, { running: [request('a')], nowMs }, { decode: [{ rung: nowMs % 2, ids: ['a'] }] });
    }
    const trail = history.trailOf('a');
    expect(trail?.omitted).toBe(5);
    expect(trail?.decisions.map(({ fromMs }) => fromMs)).toEqual([5, 6, 7]);
  });

  it('is told of every step of a scheduler, from the wait to the last token', async () => {
    const decisions = createDecisionHistory({ requests: 99 });
    const rig = new SchedulerRig(
      { ...scripted([1, 1, 1]), shape: { vocabSize: 13, contextLength: 32, slots: 1 } },
      { decisions, limits: { maxWaiting: 9, prefillChunk: 2, maxBatch: 1 } },
    );
    rig.scheduler.submit(engineRequest('a', { maxTokens: 3 }));
    rig.scheduler.submit(engineRequest('b', { maxTokens: 3 }));
    await rig.runToEnd();
    const told = (id: string) =>
      decisions
        .trailOf(id)
        ?.decisions.map(({ action, tokens, steps, admitted }) => [action, tokens, steps, admitted]);
    const served = [
      ['prefill', 3, 2, true],
      ['decode', 2, 2, false],
    ];
    expect(told('a')).toEqual(served);
    expect(told('b')).toEqual([['wait', 0, 4, false], ...served]);
    expect(decisions.trailOf('b')?.decisions[1]?.fromMs).toBe(5);
  });
});
