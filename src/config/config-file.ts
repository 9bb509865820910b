import { closeSync, openSync, readSync } from 'node:fs';
import { type Document, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { isTooDeep } from './is-too-deep.ts';
import { repeatedKeys } from './repeated-keys.ts';
import { yamlFault } from './yaml-fault.ts';

/** Where a value stands: keys and indices from the outermost in. */
export type KeyPath = readonly PropertyKey[];

export interface ConfigFile {
  /** Of what is wrong with a line, and leaves the others legible. */
  readonly faults: readonly FileFault[];
  readonly values: Readonly<Record<string, unknown>>;
  /** Line of the innermost key on `path` that is written in the file, from 1; null when none is. */
  lineOf(path: KeyPath): number | null;
}

/** What is wrong with a file as a whole; `line` is null where it is no matter of one. */
export interface FileFault {
  readonly message: string;
  readonly line: number | null;
}

type ReadConfigFile = { readonly file: ConfigFile } | { readonly faults: readonly FileFault[] };

/** Names the file's JSON Schema to editors, and means nothing here. */
const SCHEMA_KEY = '$schema';

/** Settings with keys for thousands of clients take less. What is longer is another file, or a device without end. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Behind these a reader has lost the thread, and so has the parser. */
const MOST_FAULTS = 20;

/**
 * Reads a mapping in YAML 1.2, or JSON where the name ends in `.json`. Never throws: a file at fault is one fault among
 * others. Messages repeat nothing of the file, which may hold secrets.
 */
export function readConfigFile(path: string): ReadConfigFile {
  let text: string | null;
  try {
    text = readText(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return fault(missing ? 'no such file' : 'the file cannot be read');
  }
  if (text === null)
    return fault(`the file is longer than ${MOST_BYTES} bytes: this cannot be a config file`);
  if (isTooDeep(text)) return fault('its lists or mappings are nested too deeply');
  const complaint = path.endsWith('.json') ? jsonComplaint(text) : null;
  const lines = new LineCounter();
  // Of JSON it is read for lines, and for keys that are given twice.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // The parser would compare each with each; they are looked for below.
    uniqueKeys: false,
  });
  const found = [...document.errors, ...document.warnings].map(yamlFault);
  const faults = [...found, ...repeatedKeys(document)]
    .slice(0, MOST_FAULTS)
    .map(({ offset, ...told }) => ({ ...told, line: lines.linePos(offset).line }));
  if (complaint !== null) return { faults: [{ message: complaint, line: faults[0]?.line ?? null }] };
  if (faults.some(({ isLocal }) => !isLocal)) return { faults };
  return readValues(document, lines, faults);
}

/** The whole file, or pipe; null where it does not end within what a config file may have. */
function readText(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(MOST_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    if (length > MOST_BYTES) return null;
    // Some editors begin a file with a mark of its byte order.
    return bytes.toString('utf8', 0, length).replace(/^\uFEFF/, '');
  } finally {
    closeSync(file);
  }
}

function readValues(
  document: Document.Parsed,
  lines: LineCounter,
  faults: readonly FileFault[],
): ReadConfigFile {
  if (document.contents !== null && !isMap(document.contents)) {
    return fault('must hold one mapping of settings, as `port: 8080` or {"port": 8080}');
  }
  let values: Record<string, unknown>;
  try {
    // Of nothing, or of comments alone, it is null.
    values = { ...(document.toJS() as Record<string, unknown> | null) };
    // Throws where an alias leads back to what it stands in.
    JSON.stringify(values);
  } catch {
    return fault('its aliases cannot be resolved');
  }
  delete values[SCHEMA_KEY];
  return { file: { values, faults, lineOf: (path) => lineOf(document.contents, lines, path) } };
}

function lineOf(root: ParsedNode | null, lines: LineCounter, path: KeyPath): number | null {
  let node: unknown = root;
  let offset: number | undefined;
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (pair === undefined) break;
      offset = isScalar(pair.key) ? pair.key.range?.[0] : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(segment)];
      if (isScalar(node) || isMap(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset === undefined ? null : lines.linePos(offset).line;
}

/** What is wrong with a text that is no JSON, without the piece of it that the engine would show; null for JSON. */
function jsonComplaint(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `not JSON: ${(error as Error).message.replace(/, (\.\.\.)?".*$/s, '')}`;
  }
}

function fault(message: string): { faults: readonly FileFault[] } {
  return { faults: [{ message, line: null }] };
}
