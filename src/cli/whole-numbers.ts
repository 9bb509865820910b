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
