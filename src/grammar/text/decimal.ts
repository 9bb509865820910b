/** A decimal number without rounding: ± integer . fraction, digits as text. */
export interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros; '0' for none. */
  readonly integer: string;
  /** Without trailing zeros; empty for none. */
  readonly fraction: string;
}

/** What `value`, a finite number, is written as in the shortest way. */
export function decimalOf(value: number): Decimal {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toString().split('e');
  const [whole = '', part = ''] = mantissa.split('.');
  const digits = whole + part;
  const point = whole.length + Number(exponent);
  const integer = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const fraction =
    point >= digits.length ? '' : digits.slice(Math.max(point, 0)).padStart(digits.length - point, '0');
  return {
    negative: value < 0,
    integer: integer.replace(/^0+(?=.)/, '') || '0',
    fraction: fraction.replace(/0+$/, ''),
  };
}

export function decimalText({ negative, integer, fraction }: Decimal): string {
  return `${negative ? '-' : ''}${integer}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Whether `value` is a whole multiple of `factor`, without rounding. */
export function isMultiple(value: number, factor: number): boolean {
  const a = decimalOf(value);
  const b = decimalOf(factor);
  const places = Math.max(a.fraction.length, b.fraction.length);
  return scaled(a, places) % scaled(b, places) === 0n;
}

/** |value| × 10^places, `places` at least those of the fraction. */
export function scaled({ integer, fraction }: Decimal, places: number): bigint {
  return BigInt(integer + fraction.padEnd(places, '0'));
}
