import { expect, it } from 'vitest';
import { within } from '../../../src/core/index.ts';

const never = new Promise<string>(() => {});

it('gives what a promise settles with, if that is in time', async () => {
  expect(await within(Promise.resolve('done'), 60_000)).toBe('done');
  await expect(within(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
});

it('does not wait longer than it was told', async () => {
  expect(await within(never, 1)).toBe('late');
});

it('may be asked again for a promise that was late', async () => {
  let settle: (value: string) => void = () => {};
  const slow = new Promise<string>((resolve) => {
    settle = resolve;
  });
  expect(await within(slow, 1)).toBe('late');
  settle('done');
  expect(await within(slow, 60_000)).toBe('done');
});
