import { InvalidArgumentError } from 'commander';

/** Reads an option that counts something: a whole number from 1 on. Throws what commander shows beside the option. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1 on is needed.');
  return value;
}
