/** Numbers are rounded to hundredths of a pixel; `undefined` leaves the attribute out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * An SVG element as text.
 *
 * @param children markup already: from here or from `escapeXml`
 * Throws RangeError on a number that is not finite: a viewer would drop the element without a word.
 */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? pixels(value) : escapeXml(value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

/** Text as XML content or attribute value. What XML 1.0 cannot hold even escaped becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function pixels(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`no place in a drawing: ${value}`);
  return String(Math.round(value * 100) / 100 + 0);
}
