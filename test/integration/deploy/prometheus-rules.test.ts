import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasProgram, NEEDS_PROMETHEUS } from '../../support/promtool.ts';

const FOLDER = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));
const OPERATIONS = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const promtool = await hasProgram('promtool');

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: { readonly summary: string; readonly runbook_url: string };
}

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts?: unknown[] }[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
}

const read = (path: string) => readFileSync(`${FOLDER}${path}`, 'utf8');
const rules = ['recording', 'alerts'].flatMap((name) => {
  const { groups } = parse(read(`rules/quept-${name}.yml`)) as { groups: readonly { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
});
const alerts = rules.filter(({ alert }) => alert !== undefined);

/** What promtool says, and with which exit code. */
function run(...args: string[]): Promise<{ code: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile('promtool', args, { cwd: FOLDER }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, said: `${stdout}${stderr}` }),
    );
  });
}

describe('the rules', () => {
  it('[D3] are valid, and do what their unit tests say', async (context) => {
    if (!promtool) return context.skip(NEEDS_PROMETHEUS);
    const files = ['rules/quept-recording.yml', 'rules/quept-alerts.yml'];
    for (const args of [
      ['check', 'rules', ...files],
      ['check', 'config', 'prometheus.yml'],
      ['test', 'rules', 'tests/recording.yml', 'tests/alerts.yml'],
    ]) {
      const { code, said } = await run(...args);
      expect(said).not.toMatch(/FAILED|warning/i);
      expect(code).toBe(0);
    }
  });

  it('[D3] are each tested, alerts to fire and not to', () => {
    const { tests } = parse(read('tests/alerts.yml')) as RuleTests;
    const shown = tests.flatMap(({ alert_rule_test }) => alert_rule_test ?? []);
    const firing = shown.filter(({ exp_alerts }) => (exp_alerts ?? []).length > 0);
    expect(
      alerts.map(({ alert }) => alert).filter((name) => !firing.some(({ alertname }) => alertname === name)),
    ).toEqual([]);
    const recorded = (parse(read('tests/recording.yml')) as RuleTests).tests
      .flatMap(({ promql_expr_test }) => promql_expr_test ?? [])
      .map(({ expr }) => expr);
    const untested = rules.filter(
      ({ record }) => record !== undefined && !recorded.some((expr) => expr.includes(record)),
    );
    expect(untested).toEqual([]);
  });

  it('[D3] of alerts lead to a section that says what to do', () => {
    const sections = [...OPERATIONS.matchAll(/^### (Quept\w+)$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
    for (const { alert, labels, annotations } of alerts) {
      expect(annotations?.runbook_url).toBe(`docs/operations.md#${alert?.toLowerCase()}`);
      expect(annotations?.summary).toBeTruthy();
      expect(['critical', 'warning', 'info']).toContain(labels?.severity);
    }
  });
});
