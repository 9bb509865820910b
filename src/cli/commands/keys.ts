import type { Command } from 'commander';
import { createSecret, digestOf, formatHash, parseKeys, SHORTEST_SECRET } from '../../access/index.ts';
import { QueptError } from '../../core/index.ts';
import { addKeyEntry } from '../add-key-entry.ts';
import { defineCommand } from '../define-command.ts';
import { createOutput, type Streams } from '../output.ts';
import { readStdin } from '../read-stdin.ts';

/** Options that become fields of the entry as they are named. */
interface EntryOptions {
  readonly name?: string;
  readonly expires?: string;
  readonly scopes?: readonly string[];
  readonly tiers?: readonly string[];
  readonly defaultTier?: string;
  readonly minBits?: number;
  readonly maxBits?: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly tokensPerDay?: number;
  readonly concurrency?: number;
}

interface CreateOptions extends EntryOptions {
  readonly json?: boolean;
  readonly add?: string;
}

const list = (text: string): string[] => text.split(',').map((word) => word.trim());

export function registerKeys(program: Command, streams: Streams): void {
  const keys = program
    .command('keys')
    .summary('make API keys')
    .description(
      'Makes API keys for a server, and the entries by which the server knows them (serve --keys).',
    )
    .addHelpText('after', "\n'quept keys <command> --help' tells more.");
  registerCreate(keys, streams);
  registerHash(keys, streams);
}

function registerCreate(keys: Command, streams: Streams): void {
  defineCommand(keys, {
    usage: 'create <id>',
    summary: 'make a new key',
    description:
      'Makes a key of 256 random bits and prints it, this once: the entry for the keys file, printed beside it or ' +
      "added to a file, holds its hash alone. The id stands for the key in logs, metrics and limits. What an option doesn't say is not limited.",
    examples: [
      'keys create ci --add keys.json',
      'keys create app --add keys.json --tiers default,flex --tokens-per-minute 20000 --expires 2027-12-31',
      'keys create ops --scopes admin,metrics --json',
    ],
  })
    .option('--add <file>', 'add the entry to this keys file, or make the file')
    .option('--name <text>', 'whose key it is, for people')
    .option('--expires <time>', 'when it ends: 2027-12-31, or 2027-12-31T18:00:00Z')
    .option('--scopes <list>', 'what it opens: inference, metrics, admin (inference)', list)
    .option('--tiers <list>', 'tiers that it may use: priority, default, flex (all)', list)
    .option('--default-tier <tier>', 'tier of requests that name none (default, or the first)')
    .option('--min-bits <bits>', 'lowest precision that it is served at', Number)
    .option('--max-bits <bits>', 'highest precision that it is served at', Number)
    .option('--requests-per-minute <n>', 'requests that it may make', Number)
    .option('--tokens-per-minute <n>', 'tokens that it may use, prompts and answers', Number)
    .option('--tokens-per-day <n>', 'the same in 24 hours', Number)
    .option('--concurrency <n>', 'answers that may be in the making at once', Number)
    .action(async (id: string, { json, add, ...fields }: CreateOptions) => {
      const key = createSecret();
      const entry = { id, hash: formatHash(digestOf(key)), ...fields };
      parseKeys([entry], 'the new key');
      if (add !== undefined) await addKeyEntry(add, entry);
      createOutput(json === true, streams).result({ key, entry, file: add ?? null }, () =>
        [
          key,
          '',
          'This is the key; it is not shown again.',
          add === undefined
            ? `Its entry for the list "keys" of a keys file:\n\n${JSON.stringify(entry, null, 2)}`
            : `Its entry is in ${add}; servers that watch this file know it within a second or two.`,
        ].join('\n'),
      );
    });
}

function registerHash(keys: Command, streams: Streams): void {
  defineCommand(keys, {
    usage: 'hash',
    summary: 'tell the hash of a key',
    description:
      'Reads a key from standard input (an argument would stay in the history of the shell) and prints what a keys ' +
      `file holds of it. Keys of your own need at least ${SHORTEST_SECRET} random characters: one fast hash protects nothing that can be guessed.`,
    examples: ['keys hash < key.txt'],
  }).action(async ({ json }: { readonly json?: boolean }) => {
    const key = (await readStdin(streams)).trim();
    if (key.length < SHORTEST_SECRET || /\s/.test(key)) {
      throw new QueptError(
        'invalid_usage',
        `standard input must hold one key of at least ${SHORTEST_SECRET} characters without spaces; 'quept keys create' makes a good one`,
      );
    }
    const hash = formatHash(digestOf(key));
    createOutput(json === true, streams).result({ hash }, () => hash);
  });
}
