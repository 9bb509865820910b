import { describe, expect, it } from 'vitest';
import { GrammarConstrainer } from '../../../src/grammar/index.ts';
import { bytePieceDecoder } from '../../support/byte-piece-decoder.ts';
import { schemaGrammar } from '../../support/grammar-texts.ts';
import { preemptingPolicy } from '../../support/preempting-policy.ts';
import { END_TOKEN, engineRequest, PIECES, SchedulerRig, SHAPE } from '../../support/scheduler-rig.ts';

/** With a token for each character that JSON needs: where one is missing, an answer may come to an end that is none. */
const QUOTED = [...PIECES, '"', '["', '","', '"]', '[', ',', ']', '🙂'];
const shape = { ...SHAPE, vocabSize: QUOTED.length };

/** A scheduler whose toy model has the brackets that JSON takes. */
function rig(options: ConstructorParameters<typeof SchedulerRig>[1] = {}, runner = {}) {
  const textDecoder = bytePieceDecoder(QUOTED, new Set([END_TOKEN]));
  const constrainer = new GrammarConstrainer({
    size: QUOTED.length,
    tokenBytes: (id) => textDecoder.tokenBytes(id),
    specialName: () => '',
    endTokenIds: textDecoder.endTokenIds,
  });
  return new SchedulerRig({ shape, ...runner }, { textDecoder, constrainer, ...options });
}

const list = schemaGrammar({
  type: 'array',
  items: { type: 'string', pattern: '^[abc]{1,3}$' },
  minItems: 2,
  maxItems: 3,
});
const word = schemaGrammar({ enum: ['ab', 'abc', 'ca'] });

describe('a request with a grammar', () => {
  it('is answered within it, whatever the model likes best', async () => {
    const scheduled = rig();
    for (let i = 0; i < 6; i++) {
      const sampling = { ...engineRequest('').sampling, temperature: i % 2, seed: i };
      scheduled.scheduler.submit(engineRequest(`r${i}`, { grammar: list, maxTokens: 28, sampling }));
    }
    await scheduled.runToEnd();
    expect(scheduled.faults).toEqual([]);
    for (let i = 0; i < 6; i++) {
      expect(scheduled.endOf(`r${i}`)).toBe('stop');
      const value: unknown = JSON.parse(scheduled.textOf(`r${i}`));
      expect(value).toHaveLength(scheduled.textOf(`r${i}`).split(',').length);
      for (const item of value as string[]) expect(item).toMatch(/^[abc]{1,3}$/);
    }
  });

  it('ends when nothing can follow, and not before it is complete', async () => {
    // A model that always wants to end, and one that never does.
    for (const script of [() => END_TOKEN, () => 6]) {
      const scheduled = rig({}, { script });
      scheduled.scheduler.submit(engineRequest('r', { grammar: word, maxTokens: 20 }));
      await scheduled.runToEnd();
      expect(scheduled.endOf('r')).toBe('stop');
      expect(['"ab"', '"abc"', '"ca"']).toContain(scheduled.textOf('r'));
    }
  });

  it('is cut by a limit of tokens and by a stop string', async () => {
    const scheduled = rig();
    scheduled.scheduler.submit(engineRequest('short', { grammar: list, maxTokens: 3 }));
    scheduled.scheduler.submit(engineRequest('stopped', { grammar: list, maxTokens: 20, stop: ['","'] }));
    await scheduled.runToEnd();
    expect(scheduled.endOf('short')).toBe('length');
    expect(scheduled.of('short').tokens).toHaveLength(3);
    expect(scheduled.endOf('stopped')).toBe('stop');
    expect(scheduled.textOf('stopped')).toMatch(/^\["[abc]{1,3}$/);
  });

  it('[J4] is completed within its limit of tokens, by a model that would go on for ever', async () => {
    const string = schemaGrammar({ type: 'string' });
    const letter = QUOTED.indexOf('a');
    const scheduled = rig({}, { script: () => letter });
    for (const maxTokens of [1, 2, 3, 9]) {
      scheduled.scheduler.submit(engineRequest(`${maxTokens}`, { grammar: string, maxTokens }));
    }
    await scheduled.runToEnd();
    // Two quotes take two; where nothing may follow, no end is waited for.
    expect(['1', '2', '3', '9'].map((id) => scheduled.endOf(id))).toEqual(['length', 'stop', 'stop', 'stop']);
    expect(JSON.parse(scheduled.textOf('2'))).toBeTypeOf('string');
    expect(JSON.parse(scheduled.textOf('9'))).toMatch(/^aaaaaa/);
    expect(scheduled.of('9').tokens).toHaveLength(9);
  });

  it('stays in it with penalties and bias', async () => {
    const scheduled = rig();
    const logitBias = new Map([
      [1, 100],
      [6, 100],
      [END_TOKEN, -100],
    ]);
    const sampling = { ...engineRequest('').sampling, repetitionPenalty: 2, presencePenalty: 2, logitBias };
    scheduled.scheduler.submit(engineRequest('r', { grammar: word, maxTokens: 20, sampling }));
    await scheduled.runToEnd();
    expect(scheduled.endOf('r')).toBe('stop');
    expect(['"ab"', '"abc"', '"ca"']).toContain(scheduled.textOf('r'));
  });

  it('[S5] goes on after preemptions as if nothing had happened', async () => {
    const times: number[] = [];
    const texts = [() => null, () => 0].map(async (picks) => {
      let step = 0;
      // A few times: for ever, the prompt and tokens that are run again might never be done before the next one.
      const batchPolicy = preemptingPolicy(() => (step++ % 4 === 3 && step < 16 ? picks() : null));
      const scheduled = rig({ batchPolicy });
      for (const id of ['a', 'b']) {
        scheduled.scheduler.submit(engineRequest(id, { grammar: list, maxTokens: 28 }));
      }
      await scheduled.runToEnd();
      times.push(scheduled.scheduler.snapshot().preemptions);
      return ['a', 'b'].map((id) => `${scheduled.endOf(id)}: ${scheduled.textOf(id)}`);
    });
    const [undisturbed, preempted] = await Promise.all(texts);
    expect(Math.max(...times)).toBeGreaterThan(0);
    expect(undisturbed?.join()).toMatch(/^stop: \[.*\],stop: \[.*\]$/);
    expect(preempted).toEqual(undisturbed);
  });

  it('runs again alone after a failed batch, from where it was', async () => {
    const run = async (fault?: (history: readonly number[], call: number) => 'reject' | null) => {
      const scheduled = rig({}, { ...(fault && { fault }) });
      for (const id of ['a', 'b']) {
        scheduled.scheduler.submit(engineRequest(id, { grammar: list, maxTokens: 28 }));
      }
      await scheduled.runToEnd();
      return [scheduled.textOf('a'), scheduled.textOf('b')];
    };
    expect(await run((_, call) => (call === 5 ? 'reject' : null))).toEqual(await run());
  });

  it('is told log-probabilities of what the model would have said', async () => {
    const scheduled = rig({}, { script: () => 6 });
    scheduled.scheduler.submit(
      engineRequest('r', { grammar: word, maxTokens: 20, logprobs: { top: 1, prompt: false } }),
    );
    await scheduled.runToEnd();
    const [first] = scheduled.of('r').tokens;
    expect(first?.logprobs?.top[0]?.text).toBe(' ');
    expect(first?.logprobs?.chosen.text).toBe('"');
    expect(first?.logprobs?.chosen.logprob).toBeLessThan(-40);
  });

  it('fails alone where the vocabulary has nothing that the grammar wants', async () => {
    const scheduled = rig();
    scheduled.scheduler.submit(engineRequest('bad', { grammar: schemaGrammar({ const: 'xyz' }) }));
    scheduled.scheduler.submit(engineRequest('good', { grammar: word, maxTokens: 20 }));
    await scheduled.runToEnd();
    expect(scheduled.endOf('bad')).toBe('failed:internal_error');
    expect(scheduled.endOf('good')).toBe('stop');
  });

  it('is refused by a scheduler that cannot keep answers in grammars', () => {
    const scheduled = new SchedulerRig();
    expect(() => scheduled.scheduler.submit(engineRequest('r', { grammar: word }))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
