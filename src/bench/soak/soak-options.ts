import { parseArgs } from 'node:util';

export const USAGE = `Starts the real server, keeps clients of all kinds busy with it (chats and completions, whole and streamed, at
changing precisions; gRPC; clients that leave, bad bodies, deadlines), samples both of its processes, and judges whether
memory, file descriptors and threads stay as they are after a warm-up. Linux only.

npm run bench:soak -- --minutes 30 --out .cache/soak

--minutes M       of load (30)
--clients N       at once (12)
--every S         seconds between samples (5)
--out DIR         samples.jsonl and soak.svg go there (.cache/soak)
--model DIR       artefact (the one that comes with the package)
--slots N         handed to the server (4)
--policy NAME     handed to the server (slo)
--seed N          of what clients ask for (1)

Ends with 1 when something grew, an answer was not what it should be, or the server did not end in order.
`;

export interface SoakOptions {
  readonly minutes: number;
  readonly clients: number;
  readonly everySeconds: number;
  readonly out: string;
  readonly model: string | null;
  readonly slots: number;
  readonly policy: string;
  readonly seed: number;
}

const text = { type: 'string' } as const;

/** Null where help is asked for. Throws Error that names the option at fault. */
export function parseSoakOptions(args: readonly string[]): SoakOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      minutes: text,
      clients: text,
      every: text,
      out: text,
      model: text,
      slots: text,
      policy: text,
      seed: text,
    },
  });
  if (values.help === true) return null;
  return {
    minutes: positive('minutes', values.minutes ?? '30'),
    clients: whole('clients', values.clients ?? '12'),
    everySeconds: positive('every', values.every ?? '5'),
    out: values.out ?? '.cache/soak',
    model: values.model ?? null,
    slots: whole('slots', values.slots ?? '4'),
    policy: values.policy ?? 'slo',
    seed: whole('seed', values.seed ?? '1'),
  };
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (number > 0 && number < 1e6) return number;
  throw new Error(`--${option}: '${value}' is no number above 0.`);
}

function whole(option: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new Error(`--${option}: '${value}' is no whole number from 1 on.`);
}
