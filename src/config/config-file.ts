import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';

/** Where a value stands: keys and indices from the outermost in. */
export type KeyPath = readonly PropertyKey[];

export interface ConfigFile {
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

/**
 * Reads a mapping in YAML 1.2, or JSON where the name ends in `.json`. Never throws: a file at fault is one fault among
 * others. Messages repeat nothing of the file, which may hold secrets.
 */
export function readConfigFile(path: string): ReadConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return fault(missing ? 'no such file' : 'the file cannot be read');
  }
  const lines = new LineCounter();
  // Of JSON it is read for lines, and for keys that are given twice.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const complaint = path.endsWith('.json') ? jsonComplaint(text) : null;
  const faults = document.errors.map(({ message, pos }) => ({
    message: complaint === null ? message : `not JSON: ${complaint}`,
    line: lines.linePos(pos[0]).line,
  }));
  if (complaint !== null) return { faults: faults.length > 0 ? faults.slice(0, 1) : [jsonFault(complaint)] };
  if (faults.length > 0) return { faults };
  return readValues(document, lines);
}

function readValues(document: Document.Parsed, lines: LineCounter): ReadConfigFile {
  if (document.contents !== null && !isMap(document.contents)) {
    return fault('must hold one mapping of settings, as `port: 8080` or {"port": 8080}');
  }
  let values: Record<string, unknown>;
  try {
    // Of nothing, or of comments alone, it is null.
    values = { ...(document.toJS() as Record<string, unknown> | null) };
  } catch {
    return fault('its aliases cannot be resolved');
  }
  delete values[SCHEMA_KEY];
  return { file: { values, lineOf: (path) => lineOf(document.contents, lines, path) } };
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
    return (error as Error).message.replace(/, (\.\.\.)?".*$/s, '');
  }
}

function jsonFault(complaint: string): FileFault {
  return { message: `not JSON: ${complaint}`, line: null };
}

function fault(message: string): { faults: readonly FileFault[] } {
  return { faults: [{ message, line: null }] };
}
