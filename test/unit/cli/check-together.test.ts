import { describe, expect, it } from 'vitest';
import { checkTogether } from '../../../src/cli/serve/check-together.ts';
import { QueptError } from '../../../src/core/index.ts';

const failing = (message: string) => () => {
  throw new QueptError('invalid_artefact', message);
};

describe('checks run together', () => {
  it('pass when all do', async () => {
    await checkTogether([() => 1, async () => {}]);
  });

  it('reject with the fault itself when there is one', async () => {
    await expect(checkTogether([() => 1, failing('a')])).rejects.toMatchObject({
      code: 'invalid_artefact',
      message: 'a',
    });
  });

  it('[C2] reject with all faults, whether checks wait or not', async () => {
    const late = async () => failing('b')();
    await expect(checkTogether([failing('a'), late, failing('c')])).rejects.toMatchObject({
      code: 'invalid_config',
      message: 'the server cannot start:\n  a\n  b\n  c',
    });
  });

  it('do not hide a fault of ours', async () => {
    const broken = () => {
      throw new TypeError('ours');
    };
    await expect(checkTogether([failing('a'), broken])).rejects.toThrow(TypeError);
  });
});
