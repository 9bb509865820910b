interface PageColors {
  readonly background: string;
  readonly ink: string;
  readonly quiet: string;
  readonly grid: string;
  readonly minorGrid: string;
  readonly neutral: string;
  readonly series: readonly string[];
}

/** The report's style sheet, in the colours of its charts. */
export function reportStyle(light: PageColors): string {
  return `:root { ${variables(light)} }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 1200px;
  background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, Helvetica, Arial, sans-serif; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; padding-bottom: 1rem; }
.kind { margin: 0; color: var(--quiet); }
h1 { margin: 0.1rem 0 0; font-size: 1.8rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.4rem 0 0.4rem; font-size: 1.2rem; }
.note { margin: 0 0 0.9rem; color: var(--quiet); max-width: 75ch; }
.notice { margin: 0.9rem 0 0; padding: 0.6rem 0.9rem; border-left: 4px solid var(--accent); background: var(--raised); }
.findings { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 0.8rem; margin: 0; }
.card { padding: 0.8rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
.card dt { color: var(--quiet); font-size: 0.86rem; }
.card dd { margin: 0; font-size: 1.45rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card small { display: block; color: var(--quiet); font-size: 0.8rem; font-weight: 400; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 1rem; }
.chart { margin: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--ground); }
.chart svg { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
.tables { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), auto)); gap: 1.2rem 2.5rem; align-items: start; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.26rem 0.9rem 0.26rem 0; text-align: right; white-space: nowrap; }
tbody tr { border-top: 1px solid var(--faint); }
thead th { color: var(--quiet); font-weight: 600; white-space: normal; font-size: 0.86rem; vertical-align: bottom; }
th[scope=row], thead th:first-child { text-align: left; padding-right: 2rem; }
th[scope=row] { font-weight: 400; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.facts thead th { text-align: left; }
footer { margin-top: 3rem; color: var(--quiet); font-size: 0.86rem; }
@media print { body { max-width: none; padding: 0; } section { break-inside: avoid; } }`;
}

/** Its rules for a dark ground. */
export function darkReportStyle(dark: PageColors): string {
  return `:root { ${variables(dark)} }`;
}

function variables({ background, ink, quiet, grid, minorGrid, series }: PageColors): string {
  return `--ground: ${background}; --ink: ${ink}; --quiet: ${quiet}; --line: ${grid}; --faint: ${minorGrid}; --raised: color-mix(in srgb, ${minorGrid} 55%, ${background}); --accent: ${series[1] ?? ink};`;
}
