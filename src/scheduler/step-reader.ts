import { QueptError } from '../core/index.ts';
import type { CostParameters } from './linear-cost.ts';
import { BATCH_POLICIES, POLICIES } from './policies.ts';
import type { RecordedRequest, RecordedStep } from './recorded-step.ts';
import {
  RECORDING_VERSION,
  type RecordingHeader,
  type WrittenRequest,
  type WrittenStep,
} from './recording-format.ts';

/** What a line of a recording says. */
export type RecordedLine =
  | { readonly kind: 'start'; readonly header: RecordingHeader }
  | { readonly kind: 'step'; readonly recorded: RecordedStep };

/**
 * Reads a recording line by line, each by what the lines before said.
 *
 * Its methods throw QueptError `invalid_usage` on what is no line of a recording, without file and number: who reads
 * knows these.
 */
export class StepReader {
  #header: RecordingHeader | null = null;
  #requests = new Map<number, RecordedRequest>();
  #weights: Partial<CostParameters['weights']> = {};

  read(line: string): RecordedLine {
    const value = parsed(line);
    if ('recording' in value) {
      this.#header = checkedHeader(value as Partial<RecordingHeader>);
      this.#requests = new Map();
      this.#weights = {};
      return { kind: 'start', header: this.#header };
    }
    if (this.#header === null)
      throw fault('a recording begins with a header. Is this one made by quept serve --record?');
    return { kind: 'step', recorded: this.#step(value as WrittenStep, this.#header) };
  }

  #step(written: WrittenStep, { ladder, limits }: RecordingHeader): RecordedStep {
    const { step, running, waiting, accounts, cost, plan, ...state } = written;
    if (!Array.isArray(running) || !Array.isArray(waiting) || !Array.isArray(accounts) || !plan) {
      throw fault('a step has running, waiting, accounts and plan');
    }
    return {
      step,
      state: { ...state, ladder, limits },
      running: running.map((request) => this.#request(request)),
      waiting: waiting.map((request) => this.#request(request)),
      accounts: new Map(accounts),
      cost: cost === null ? null : this.#cost(cost),
      plan,
    };
  }

  #request(written: number | WrittenRequest): RecordedRequest {
    const n = typeof written === 'number' ? written : written.n;
    const before = this.#requests.get(n);
    if (typeof written === 'number') {
      if (before === undefined) throw fault(`request ${n} has not been introduced`);
      return before;
    }
    const { n: _, level, ...changed } = written;
    const now = {
      ...before,
      ...changed,
      ...(level !== undefined && {
        level: { ...level, ttftMs: level.ttftMs ?? Infinity, tpotMs: level.tpotMs ?? Infinity },
      }),
    } as RecordedRequest;
    if (now.level === undefined || now.deadlines === undefined)
      throw fault(`request ${n} has not been introduced`);
    this.#requests.set(n, now);
    return now;
  }

  #cost({ slowness, decode, prefill }: NonNullable<WrittenStep['cost']>): CostParameters {
    const weights = { decode: decode ?? this.#weights.decode, prefill: prefill ?? this.#weights.prefill };
    if (weights.decode === undefined || weights.prefill === undefined) throw fault('the cost has no weights');
    this.#weights = { decode: weights.decode, prefill: weights.prefill };
    return { slowness, weights: { decode: weights.decode, prefill: weights.prefill } };
  }
}

function parsed(line: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw fault('not JSON; a server that was killed leaves its last line unfinished: remove it');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw fault('not an object');
}

function checkedHeader(header: Partial<RecordingHeader>): RecordingHeader {
  const { recording, policy, batching, ladder, limits } = header;
  if (recording !== RECORDING_VERSION) {
    throw fault(
      `a recording of version ${recording}, but this quept reads ${RECORDING_VERSION}: replay it with the one that made it`,
    );
  }
  if (policy === undefined || !Object.hasOwn(POLICIES, policy)) throw fault(`no such policy: ${policy}`);
  if (batching === undefined || !Object.hasOwn(BATCH_POLICIES, batching))
    throw fault(`no such batching: ${batching}`);
  if (!Array.isArray(ladder) || ladder.length === 0 || !limits)
    throw fault('the header has no ladder or no limits');
  return { recording, policy, batching, ladder, limits };
}

function fault(message: string): QueptError {
  return new QueptError('invalid_usage', message);
}
