/** Digits that a number is written out to before it gets an exponent. */
const MAX_DIGITS = 60;

/**
 * Ways to write a JSON value: with its keys in every order, numbers without an exponent where they are not too long.
 * White space is left out.
 *
 * @param limit orders of keys to try at each level together
 */
export function spellings(value: unknown, limit = 720): string[] {
  if (typeof value === 'number') return [numberText(value)];
  if (Array.isArray(value)) {
    return joined(
      value.map((item) => spellings(item, limit)),
      limit,
    ).map((text) => `[${text}]`);
  }
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  const properties = Object.entries(value).map(([name, inner]) =>
    spellings(inner, limit).map((text) => `${JSON.stringify(name)}:${text}`),
  );
  return orders(properties, limit).flatMap((order) => joined(order, limit).map((text) => `{${text}}`));
}

/** As many digits as it takes, since numbers with bounds have no exponent. */
function numberText(value: number): string {
  const shortest = String(Object.is(value, -0) ? 0 : value);
  const [mantissa = '', exponent] = shortest.split('e');
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent === undefined) return shortest;
  if (Math.abs(Number(exponent)) >= MAX_DIGITS) return shortest.replace('+', '');
  const sign = value < 0 ? '-' : '';
  const zeros = Number(exponent) - digits.length + 1;
  if (zeros >= 0) return `${sign}${digits}${'0'.repeat(zeros)}`;
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}

function joined(parts: readonly (readonly string[])[], limit: number): string[] {
  let texts: string[] = [''];
  for (const [i, part] of parts.entries()) {
    texts = texts.flatMap((text) => part.map((next) => (i === 0 ? next : `${text},${next}`))).slice(0, limit);
  }
  return texts;
}

function orders<T>(items: readonly T[], limit: number): T[][] {
  if (items.length <= 1) return [[...items]];
  return items
    .flatMap((item, i) =>
      orders([...items.slice(0, i), ...items.slice(i + 1)], limit).map((rest) => [item, ...rest]),
    )
    .slice(0, limit);
}
