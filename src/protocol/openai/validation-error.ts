import type { z } from 'zod';
import { QueptError } from '../../core/index.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** How the messages begin that zod writes by itself. */
const ZOD_MESSAGE = /^(Invalid|Too small|Too big|Unrecognized)\b/;

/**
 * One clear error out of zod's issues: the first one, taken from the union branch that fits the input best.
 * `body` is what was parsed; of its values only types and short words are repeated.
 */
export function validationError(error: z.ZodError, body: unknown): QueptError {
  // What is no safe integer is told so first, though a field's own limit says more.
  const first = (error.issues.find((issue) => !isSafeLimit(issue)) ?? error.issues[0]) as Issue;
  const { issue, path } = deepestIssue(first, first.path);
  const param = formatPath(path);
  const what = param === '' ? 'The request body' : `'${param}'`;
  const message = `${what} ${complaint(issue, valueAt(body, path))}`;
  return new QueptError('invalid_request', message, param === '' ? {} : { param });
}

/** A path as a client writes it: `messages[0].content`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    // Names of records are the client's own, of any length.
    const name = String(key).slice(0, 100);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** Follows unions down: the branch whose complaint lies deepest is the one the client meant. */
function deepestIssue(issue: Issue, path: Path): { issue: Issue; path: Path } {
  if (issue.code === 'unrecognized_keys') return { issue, path: [...path, ...issue.keys.slice(0, 1)] };
  if (issue.code !== 'invalid_union') return { issue, path };
  let deepest = { issue: issue as Issue, path };
  for (const branch of issue.errors) {
    const inner = branch[0];
    if (inner === undefined) continue;
    const candidate = deepestIssue(inner, [...path, ...inner.path]);
    const gain = candidate.path.length - deepest.path.length;
    if (gain > 0 || (gain === 0 && isLimit(candidate.issue))) deepest = candidate;
  }
  return deepest;
}

/** A value of the right type that breaks a limit: its branch was meant even though the path is no longer. */
function isLimit(issue: Issue): boolean {
  return issue.code === 'too_small' || issue.code === 'too_big' || issue.code === 'custom';
}

function isSafeLimit(issue: Issue): boolean {
  if (issue.code === 'too_big') return issue.maximum === Number.MAX_SAFE_INTEGER;
  return issue.code === 'too_small' && issue.minimum === Number.MIN_SAFE_INTEGER;
}

function complaint(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is required.';
  // A message of the schema's own says it best.
  if (!ZOD_MESSAGE.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${withArticle(issue.expected)}, not ${wrongValue(issue.expected, value)}.`;
    case 'unrecognized_keys':
      return 'is unknown. Check its spelling or leave it out.';
    case 'too_small':
      return `must ${limit(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}.`;
    case 'too_big':
      return `must ${limit(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}.`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((allowed) => `'${String(allowed)}'`).join(', ')}.`;
    case 'invalid_key':
      return keyComplaint(issue);
    case 'invalid_union':
      return unionComplaint(issue, value);
    default:
      return issue.message;
  }
}

function keyComplaint({ issues: [inner] }: z.core.$ZodIssueInvalidKey): string {
  return inner === undefined || ZOD_MESSAGE.test(inner.message)
    ? 'has a name that is not allowed.'
    : inner.message;
}

function unionComplaint(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const expected = issue.errors.map((branch) => branch[0]).flatMap((inner) => typesWanted(inner));
  return expected.length === 0
    ? 'is invalid.'
    : `must be ${[...new Set(expected)].map(withArticle).join(' or ')}, not ${typeName(value)}.`;
}

function typesWanted(issue: Issue | undefined): string[] {
  if (issue?.code === 'invalid_type') return [issue.expected];
  if (issue?.code === 'invalid_union') return issue.errors.flatMap((branch) => typesWanted(branch[0]));
  return [];
}

function limit(origin: string, relation: string, bound: number | bigint): string {
  if (origin === 'array') return `have ${relation} ${bound} item${bound === 1 ? '' : 's'}`;
  if (origin === 'string') return `have ${relation} ${bound} character${bound === 1 ? '' : 's'}`;
  return `be ${relation} ${bound}`;
}

function withArticle(type: string): string {
  const name = type === 'int' ? 'integer' : type === 'record' ? 'object' : type;
  return /^[aeio]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** What a value is instead. Of a number that is the wrong one its type says nothing. */
function wrongValue(expected: string, value: unknown): string {
  if (typeof value !== 'number') return typeName(value);
  if (Number.isNaN(value)) return 'NaN';
  // JSON has no infinity, but numbers that are read as one.
  if (!Number.isFinite(value)) return 'one beyond all bounds';
  return expected === 'int' ? 'a fraction' : typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return withArticle(typeof value);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}
