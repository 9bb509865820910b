import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { addServeOptions } from '../../../src/cli/serve/serve-options.ts';
import { explainServeConfig } from '../../../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'quept-switch-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** What `serve` makes of arguments, an environment and a file. */
function dashboardOf(args: readonly string[], environment: Record<string, string> = {}, file?: string) {
  const command = addServeOptions(new Command('serve').option('--config <file>'));
  command.parse([...args], { from: 'user' });
  const path = join(folder, 'quept.yaml');
  if (file !== undefined) writeFileSync(path, file);
  const options = { ...command.opts(), ...(file !== undefined && { config: path }) };
  const { config, origins } = explainServeConfig(options, environment);
  return [config.dashboard, origins.dashboard];
}

describe('[C1] a switch that is on', () => {
  it('stays on unless it is switched off', () => {
    expect(dashboardOf([])).toEqual([true, 'default']);
    expect(dashboardOf(['--no-dashboard'])).toEqual([false, 'flag --no-dashboard']);
    expect(dashboardOf([], { QUEPT_DASHBOARD: 'false' })).toEqual([false, 'environment QUEPT_DASHBOARD']);
    expect(dashboardOf([], {}, 'dashboard: false')[0]).toBe(false);
  });

  it('is switched by the flag over the environment over the file', () => {
    expect(dashboardOf([], { QUEPT_DASHBOARD: 'true' }, 'dashboard: false')[0]).toBe(true);
    expect(dashboardOf(['--no-dashboard'], { QUEPT_DASHBOARD: 'true' })[0]).toBe(false);
    expect(dashboardOf(['--dashboard'], { QUEPT_DASHBOARD: 'false' })).toEqual([true, 'flag --dashboard']);
  });

  it('is named in --help by the flag that does something', () => {
    const help = addServeOptions(new Command('serve')).helpInformation();
    expect(help).toMatch(/--no-dashboard +without the dashboard and playground at \//);
    expect(help).not.toMatch(/ --dashboard/);
  });
});
