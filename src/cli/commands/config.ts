import type { Command } from 'commander';
import {
  configJsonSchema,
  describeSetting,
  type ExplainedConfig,
  explainServeConfig,
  SERVE_KEYS,
  shownValue,
  unknownVariables,
} from '../../config/index.ts';
import { defineCommand } from '../define-command.ts';
import { createOutput, type Streams } from '../output.ts';
import { addServeOptions } from '../serve/serve-options.ts';

type SettingName = keyof ExplainedConfig['config'];

export function registerConfig(program: Command, streams: Streams): void {
  const config = program
    .command('config')
    .summary('check the settings of a server')
    .description('Checks the settings of a server, and tells what a config file may hold.')
    .addHelpText('after', "\n'quept config <command> --help' tells more.");
  registerCheck(config, streams);
  registerSchema(config, streams);
}

function registerCheck(config: Command, streams: Streams): void {
  const command = defineCommand(config, {
    usage: 'check [file]',
    summary: 'check a config file and show what holds',
    description:
      'Reads settings as serve does (a config file, the environment, the options of serve), lists every fault, and ' +
      'shows what holds in the end and where it comes from. Secrets are not shown. Nothing is started or opened: ' +
      "'quept doctor' looks at the machine.",
    examples: [
      'config check quept.yaml',
      'config check quept.yaml --port 9000',
      'config check --json quept.yaml',
    ],
  }).option('--config <file>', 'the same as the argument, as serve takes it');
  addServeOptions(command).action((file: string | undefined, options: Readonly<Record<string, unknown>>) => {
    const explained = explainServeConfig({ ...options, config: file ?? options.config });
    const output = createOutput(options.json === true, streams);
    const unknown = unknownVariables();
    for (const name of unknown) output.note(`${name} is no setting and has no effect`);
    output.result(document(explained, unknown), () => table(explained));
  });
}

function registerSchema(config: Command, streams: Streams): void {
  defineCommand(config, {
    usage: 'schema',
    summary: 'print the JSON Schema of a config file',
    description: 'Prints the JSON Schema of a config file, for editors and other tools.',
    examples: ['config schema > quept.schema.json'],
  }).action(({ json }: { readonly json?: boolean }) => {
    const schema = configJsonSchema();
    createOutput(json === true, streams).result(schema, () => JSON.stringify(schema, null, 2));
  });
}

function document({ config, origins, file }: ExplainedConfig, unknown: readonly string[]) {
  const settings = names().map((name) => [
    name,
    { value: shownValue(name, config[name]), origin: origins[name] },
  ]);
  return { file, settings: Object.fromEntries(settings), unknownVariables: unknown };
}

function table({ config, origins }: ExplainedConfig): string {
  const rows = names().map((name) => {
    return [name, valueText(name, config[name]), origins[name]] as const;
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  // Values as long as that of tiers would push all origins out of sight.
  const [nameWidth = 0, valueWidth = 0] = [widths[0], Math.min(widths[1] ?? 0, 24)];
  return rows
    .map(([name, value, origin]) => `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${origin}`)
    .join('\n');
}

/** What nobody has set is told in words, and left out inside of objects. */
function valueText(name: SettingName, value: unknown): string {
  const shown = shownValue(name, value);
  if (shown === null) return `(${describeSetting(name).otherwise ?? 'none'})`;
  return typeof shown === 'string' ? shown : JSON.stringify(shown, (_, inner) => inner ?? undefined);
}

function names(): SettingName[] {
  return Object.keys(SERVE_KEYS) as SettingName[];
}
