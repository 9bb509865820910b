import { InvalidArgumentError } from 'commander';

const NUMBER = /^\s*(\d+(\.\d+)?|\.\d+)\s*$/;

/** `0.5`, `12`: 0 or above. */
export function nonNegativeNumber(text: string): number {
  if (NUMBER.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of 0 or above.');
}

/** `0.5`, `12`: above 0. */
export function positiveNumber(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}
