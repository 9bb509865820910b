import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMERCE_SCHEMAS } from '../../../src/bench/structured/commerce-schemas.ts';
import { EVERYDAY_SCHEMAS } from '../../../src/bench/structured/everyday-schemas.ts';
import { ModelUnderSchema } from '../../../src/bench/structured/model-under-schema.ts';
import { answersUnder, namedRungs } from '../../../src/bench/structured/validity.ts';
import { defaultModelDirectory } from '../../../src/cli/default-model.ts';

/** A share of what `npm run bench:structured` tries. */
const SCHEMAS = new Map(
  Object.entries({ ...COMMERCE_SCHEMAS, ...EVERYDAY_SCHEMAS }).filter((_, i) => i % 5 === 0),
);

let model: ModelUnderSchema;

beforeAll(async () => {
  model = await ModelUnderSchema.open(defaultModelDirectory() ?? '', 8, 2);
});

afterAll(() => model?.close());

describe('[J2] [J4] the default model', () => {
  it('has schemas of every kind to answer', () => {
    expect(Object.keys({ ...COMMERCE_SCHEMAS, ...EVERYDAY_SCHEMAS })).toHaveLength(50);
    expect(namedRungs(model)).toHaveLength(3);
  });

  it.each([0, 1, 2])(
    'gives valid answers at its lowest, a middle and its highest precision: %s',
    async (which) => {
      const { rung } = namedRungs(model)[which] ?? { rung: 0 };
      const { answers, finished, valid, invalid } = await answersUnder(model, rung, SCHEMAS, 1);
      expect(answers).toBe(10);
      expect(invalid).toEqual([]);
      expect(finished).toBe(answers);
      expect(valid).toBe(answers);
    },
  );
});
