import { askProcess, type RuntimeFacts } from '../../engine/index.ts';
import { type Finding, fail, ok } from './finding.ts';

const CHECK = 'runtime';
const TIMEOUT_MS = 30_000;
const REMEDY =
  'Install again with `npm ci`, on a system with glibc 2.28 or newer (Debian 10, RHEL 8; Alpine has another libc).';

/** Loads ONNX Runtime in a process of its own and runs a small graph. @param entry the compiled runtime-probe module */
export async function checkRuntime(
  entry: URL = new URL('./runtime-probe.js', import.meta.url),
): Promise<Finding> {
  const { answer: facts, fault } = await askProcess<RuntimeFacts>(entry, TIMEOUT_MS);
  if (facts === null) return fail(CHECK, `ONNX Runtime does not work: ${fault}`, REMEDY);
  if (!facts.isRight) return fail(CHECK, `ONNX Runtime ${facts.version} computes wrong products`, REMEDY);
  return ok(CHECK, `ONNX Runtime ${facts.version} loads and computes`);
}
