import { DARK_THEME, THEME } from './theme.ts';

/**
 * Rules of a style sheet that turn drawings of this folder dark, for pages that hold them inline. They match the colours
 * that stand in the markup, which rules override.
 *
 * @param scope selector of what holds the drawings
 */
export function darkStyle(scope: string): string {
  const { fontFamily, series, ...named } = THEME;
  const pairs = [
    ...Object.entries(named).map(([name, light]) => [light, DARK_THEME[name as keyof typeof named]] as const),
    ...series.map((light, i) => [light, DARK_THEME.series[i] ?? light] as const),
  ];
  return pairs
    .flatMap(([light, dark]) =>
      ['fill', 'stroke'].map((attribute) => `${scope} [${attribute}="${light}"]{${attribute}:${dark}}`),
    )
    .join('\n');
}
