import { InvalidArgumentError } from 'commander';

/** `4,2,2` → [4, 2, 2]. Which numbers make sense is for the command to say. */
export function numberList(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

/** `2;3,4` → [[2], [3, 4]]. */
export function numberGroups(text: string): number[][] {
  return text.split(';').map(numberList);
}

export function wholeNumber(text: string): number {
  if (!/^\s*\d{1,9}\s*$/.test(text))
    throw new InvalidArgumentError('It must be a whole number (or several, as in 4,4).');
  return Number(text);
}

/** A parser of whole numbers that refuses smaller ones than `least`. */
export function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = wholeNumber(text);
    if (value >= least) return value;
    throw new InvalidArgumentError(`It must be at least ${least}.`);
  };
}
