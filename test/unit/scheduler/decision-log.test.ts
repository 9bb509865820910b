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
  it('keeps the newest steps, in order', () => {
    const history = createDecisionHistory({ capacity: 3 });
    for (let i = 0; i < 8; i++) {
      record(history, { running: [request('a')], nowMs: i }, { decode: [{ rung: 2, ids: ['a'] }] });
      expect(history.steps().map(({ step }) => step)).toEqual([i - 2, i - 1, i].filter((step) => step >= 0));
    }
    expect(history.decisionsOf('a').map(({ atMs }) => atMs)).toEqual([5, 6, 7]);
  });

  it('tells what each request got, and nothing of those it never saw', () => {
    const history = createDecisionHistory({ capacity: 9 });
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
    const of = (id: string) => history.decisionsOf(id);
    expect(of('d')).toMatchObject([{ action: 'decode', rung: 1, tokens: 1, admitted: false }]);
    expect(of('new')).toMatchObject([{ action: 'prefill', rung: 3, tokens: 7, admitted: true }]);
    expect(of('idle')).toMatchObject([{ action: 'hold', rung: null, tokens: 0 }]);
    expect(of('next')).toMatchObject([{ action: 'wait', rung: null, tokens: 0 }]);
    expect(of('late')).toMatchObject([{ action: 'expire', rung: null, tokens: 0 }]);
    expect(of('constructor')).toEqual([]);
  });

  it('joins the reasons of both policies', () => {
    const history = createDecisionHistory({ capacity: 9 });
    const why = (id: string) => (id === 'b' ? null : 'the longest wait');
    record(history, { running: [request('a')] }, { why }, () => 'load');
    record(history, { running: [request('b')] }, { why }, () => 'load');
    record(history, { running: [request('c')] }, { why });
    record(history, { running: [request('d')] }, {});
    expect(['a', 'b', 'c', 'd'].map((id) => history.decisionsOf(id)[0]?.reason)).toEqual([
      'the longest wait; load',
      'load',
      'the longest wait',
      null,
    ]);
  });

  it('tells a wait once while nothing changes, and again for another reason', () => {
    const history = createDecisionHistory({ capacity: 99 });
    const waiting = [prompt('a')];
    for (const reason of ['no slot', 'no slot', 'its owner has had more', 'no slot']) {
      record(history, { waiting }, { why: () => reason });
    }
    expect(history.decisionsOf('a').map(({ step, reason }) => [step, reason])).toEqual([
      [0, 'no slot'],
      [2, 'its owner has had more'],
      [3, 'no slot'],
    ]);
  });

  it('keeps requests as they were when the step was planned', () => {
    const history = createDecisionHistory({ capacity: 9 });
    const live = { ...request('a'), generatedTokens: 1, account: { chargedMs: 5, bitsLost: 0 } };
    record(history, { running: [live] }, {});
    live.generatedTokens = 2;
    live.account.chargedMs = 50;
    const [step] = history.steps();
    expect(step?.running[0]?.generatedTokens).toBe(1);
    expect(step?.accounts.get(live.owner)).toEqual({ chargedMs: 5, bitsLost: 0 });
  });

  it('is told of every step of a scheduler, from the wait to the last token', async () => {
    const decisions = createDecisionHistory({ capacity: 99 });
    const rig = new SchedulerRig(
      { ...scripted([1, 1, 1]), shape: { vocabSize: 13, contextLength: 32, slots: 1 } },
      { decisions, limits: { maxWaiting: 9, prefillChunk: 2, maxBatch: 1 } },
    );
    rig.scheduler.submit(engineRequest('a', { maxTokens: 2 }));
    rig.scheduler.submit(engineRequest('b', { maxTokens: 2 }));
    await rig.runToEnd();
    const told = (id: string) =>
      decisions.decisionsOf(id).map(({ action, tokens, admitted }) => [action, tokens, admitted]);
    const served = [
      ['prefill', 2, true],
      ['prefill', 1, false],
      ['decode', 1, false],
    ];
    expect(told('a')).toEqual(served);
    expect(told('b')).toEqual([['wait', 0, false], ...served]);
    expect(decisions.decisionsOf('b')[1]?.atMs).toBe(4);
  });
});
