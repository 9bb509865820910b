/** From the lowest precision to the highest, in light and in dark. */
const RAMPS = {
  light: ['#e08a1e', '#e2603f', '#c9407f', '#8a46b8', '#4040c8'],
  dark: ['#f5b13d', '#f98b62', '#ef77a8', '#b98af0', '#7f8ff7'],
} as const;

export function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
}

/** A colour for each rung of a ladder, lowest first, as `rgb(…)`. */
export function rungColours(rungs: number, dark: boolean): string[] {
  const stops = RAMPS[dark ? 'dark' : 'light'].map(channels);
  return Array.from({ length: rungs }, (_, rung) => {
    const at = rungs === 1 ? stops.length - 1 : (rung / (rungs - 1)) * (stops.length - 1);
    const from = stops[Math.floor(at)] ?? [0, 0, 0];
    const to = stops[Math.ceil(at)] ?? from;
    const mixed = from.map((value, i) => Math.round(value + ((to[i] ?? value) - value) * (at % 1)));
    return `rgb(${mixed.join(' ')})`;
  });
}

/** Lets the style sheet paint an element in the colour of a rung. */
export function ofRung<T extends HTMLElement | SVGElement>(painted: T, rung: number): T {
  painted.dataset.rung = String(rung);
  painted.style.setProperty('--rung', `var(--rung-${rung})`);
  return painted;
}

/** The value of a colour of the style sheet in the theme that is shown: `--tier-flex`, say. */
export function styleColour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  probe.hidden = true;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
