import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { JsonSchema } from '../../core/index.ts';
import { machineFacts } from '../engine/machine-facts.ts';
import { COMMERCE_SCHEMAS } from './commerce-schemas.ts';
import { decodeSpeed } from './decode-speed.ts';
import { EVERYDAY_SCHEMAS } from './everyday-schemas.ts';
import { firstMasks } from './first-masks.ts';
import { ModelUnderSchema } from './model-under-schema.ts';
import { suiteSchemas } from './suite-schemas.ts';
import { measureValidity, namedRungs } from './validity.ts';

// What answers under schemas are worth and what they cost, on one artefact.

const USAGE = `Answers under JSON schemas: whether they are valid, and what they cost.

npm run bench:structured -- [--model models/quept-small] [--suite DIR] [--schemas 200] [--answers 1]
                            [--rounds 5] [--batch 8] [--only validity|speed|mask]

validity   every schema at the lowest, a middle and the highest precision: share that is valid (by ajv), share
           that is finished within 512 tokens. Fifty schemas of ours, and with --suite those of the JSON Schema
           test suite in that folder.
speed      decode of a batch with a schema and without, in turn.
mask       time from a schema to the first mask, for the fifty.
`;
const SLOTS = 8;

interface Options {
  readonly model: string;
  readonly suite: string | null;
  readonly schemas: number;
  readonly answers: number;
  readonly rounds: number;
  readonly batch: number;
  readonly only: string | null;
}

async function measure(options: Options): Promise<void> {
  const write = (line: string): boolean => process.stdout.write(`${line}\n`);
  const machine = machineFacts();
  write(`Command: npm run bench:structured -- ${process.argv.slice(2).join(' ')}`.trim());
  write(
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ONNX Runtime ${machine.onnxRuntime}\n`,
  );
  const ours = new Map<string, JsonSchema>(Object.entries({ ...COMMERCE_SCHEMAS, ...EVERYDAY_SCHEMAS }));
  const wants = (part: string): boolean => options.only === null || options.only === part;
  const threads = Math.max(1, Math.min(availableParallelism(), 8));
  const model = await ModelUnderSchema.open(options.model, Math.max(SLOTS, options.batch), threads);
  try {
    if (wants('mask')) write(firstMasks(model, ours));
    if (wants('speed')) write(await decodeSpeed(model, options.batch, options.rounds));
    if (wants('validity')) {
      const suite = options.suite === null ? new Map() : await suiteSchemas(options.suite, options.schemas);
      for (const rung of namedRungs(model)) {
        write(await measureValidity(model, rung, new Map([...suite, ...ours]), options.answers));
      }
    }
  } finally {
    await model.close();
  }
}

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      model: text,
      suite: text,
      schemas: text,
      answers: text,
      rounds: text,
      batch: text,
      only: text,
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    await measure({
      model: values.model ?? 'models/quept-small',
      suite: values.suite ?? null,
      schemas: Number(values.schemas ?? 200),
      answers: Number(values.answers ?? 1),
      rounds: Number(values.rounds ?? 5),
      batch: Number(values.batch ?? 8),
      only: values.only ?? null,
    });
  }
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
