import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import { BENCH_RESULT, type BenchResult, RESULT_FORMAT, RESULT_VERSION } from './result-schema.ts';

const MOST_FAULTS_TOLD = 3;

/**
 * Reads what a load test wrote.
 *
 * @param source what to call the file in messages
 * Throws QueptError `invalid_usage` that says what the file is instead, or which fields are at fault.
 */
export function parseResult(text: string, source: string): BenchResult {
  const json = parseJson(text, source);
  const { format, version } = (typeof json === 'object' && json !== null ? json : {}) as {
    readonly format?: unknown;
    readonly version?: unknown;
  };
  if (format !== RESULT_FORMAT)
    throw fault(source, "is no result of 'quept bench'. Name a file that --out wrote");
  if (version !== RESULT_VERSION) {
    throw fault(
      source,
      `is of version ${JSON.stringify(version) ?? 'none'}; this program reads version ${RESULT_VERSION}. Run the test again, or use the program that wrote it`,
    );
  }
  const parsed = BENCH_RESULT.safeParse(json);
  if (parsed.success) return parsed.data;
  throw fault(source, `is damaged: ${tell(parsed.error)}. Run the test again`);
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fault(source, `is not JSON: ${(error as Error).message}. Name a file that --out wrote`);
  }
}

function tell({ issues }: z.ZodError): string {
  const told = issues
    .slice(0, MOST_FAULTS_TOLD)
    .map(({ path, message }) => `${z.core.toDotPath(path) || 'the document'}: ${message}`)
    .join('; ');
  return issues.length > MOST_FAULTS_TOLD ? `${told}; and ${issues.length - MOST_FAULTS_TOLD} more` : told;
}

function fault(source: string, message: string): QueptError {
  return new QueptError('invalid_usage', `${source} ${message}.`);
}
