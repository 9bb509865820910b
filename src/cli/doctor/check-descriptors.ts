import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'descriptors';

/** Connections of the server's ports together, and files and pipes of its own. */
const ENOUGH = 4_096 + 256;
/** With fewer the server does not start. */
const LEAST = 160;
const REMEDY =
  'Raise the limit on open files: ulimit -n 8192, LimitNOFILE=8192 in a unit, --ulimit nofile=8192 of a container.';

/** @param limit on open files; null where it is not known */
export function checkDescriptors(limit: number | null): Finding {
  if (limit === null) return ok(CHECK, 'the system does not tell how many files may be open');
  const told = `${limit} files may be open at once`;
  if (limit < LEAST) return fail(CHECK, told, REMEDY);
  if (limit < ENOUGH) return warn(CHECK, `${told}, and every connection is one`, REMEDY);
  return ok(CHECK, told);
}
