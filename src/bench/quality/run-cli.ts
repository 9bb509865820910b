import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line, seen from dist/bench/quality. */
const CLI = join(fileURLToPath(new URL('../../cli/', import.meta.url)), 'main.js');

/**
 * Runs a command to its end and returns its JSON document. What it says on stderr goes to ours.
 * Throws Error when it fails.
 */
export async function runCli(args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [CLI, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  let text = '';
  for await (const piece of child.stdout.setEncoding('utf8')) text += piece;
  const code = await closed;
  if (code !== 0) throw new Error(`quept ${args.join(' ')} ended with ${code}`);
  return JSON.parse(text);
}
