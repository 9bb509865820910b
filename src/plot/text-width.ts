/**
 * Widths in parts of the font size. There is no font to ask here, so these are the widths of wide sans-serif
 * faces (Verdana, DejaVu Sans): in a narrower one text ends early, and never runs into its neighbour.
 */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!]/, 0.34],
  [/[frt()[\]\-/ ]/, 0.42],
  [/[mwMW@%]/, 0.98],
  [/[A-Z_&<>+=~]/, 0.76],
  [/[\u{20}-\u{7e}]/u, 0.64],
  [/[\u{1100}-\u{ffff}\u{10000}-\u{10ffff}]/u, 1.05],
];

/** Estimated width of a line of text, pixels. */
export function textWidth(text: string, fontSize: number): number {
  let parts = 0;
  for (const character of text) parts += WIDTHS.find(([kind]) => kind.test(character))?.[1] ?? 0.7;
  return parts * fontSize;
}

/** Breaks text at blanks into lines of at most `width` pixels; a longer word gets a line of its own. */
export function wrapText(text: string, fontSize: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
