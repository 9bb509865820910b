import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RuntimeFacts } from '../../engine/index.ts';
import { type Finding, fail, ok } from './finding.ts';

const CHECK = 'runtime';
const TIMEOUT_MS = 30_000;
const REMEDY =
  'Install again with `npm ci`, on a system with glibc 2.28 or newer (Debian 10, RHEL 8; Alpine has another libc).';

/** Loads ONNX Runtime in a process of its own and runs a small graph. @param entry the compiled runtime-probe module */
export async function checkRuntime(
  entry: URL = new URL('./runtime-probe.js', import.meta.url),
): Promise<Finding> {
  const { facts, how, said } = await probe(entry);
  if (facts === null) return fail(CHECK, `ONNX Runtime does not work: ${said || how}`, REMEDY);
  if (!facts.isRight) return fail(CHECK, `ONNX Runtime ${facts.version} computes wrong products`, REMEDY);
  return ok(CHECK, `ONNX Runtime ${facts.version} loads and computes`);
}

interface Probe {
  readonly facts: RuntimeFacts | null;
  /** How the process ended. */
  readonly how: string;
  /** The telling line of what it wrote, if any. */
  readonly said: string;
}

function probe(entry: URL): Promise<Probe> {
  const child = fork(fileURLToPath(entry), [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  let facts: RuntimeFacts | null = null;
  let written = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  child.on('message', (message) => {
    facts = message as RuntimeFacts;
  });
  return new Promise((resolve) => {
    // Where no process can be started there is no end of one.
    child.once('error', ({ message }) => resolve({ facts: null, how: message, said: '' }));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const how = signal === null ? `its process ended with code ${code}` : `its process ended by ${signal}`;
      resolve({ facts, how, said: /^.*Error: .*$/m.exec(written)?.[0] ?? '' });
    });
  });
}
