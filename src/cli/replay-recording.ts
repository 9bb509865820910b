import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { QueptError } from '../core/index.ts';
import {
  BATCH_POLICIES,
  type BatchPolicyName,
  type PlanData,
  POLICIES,
  type PolicyName,
  type RecordedLine,
  type RecordingHeader,
  type ReplayPolicies,
  replayStep,
  StepReader,
} from '../scheduler/index.ts';

export interface ReplayOptions {
  /** Instead of the policies that were recorded; null for those. */
  readonly policy: PolicyName | null;
  readonly batching: BatchPolicyName | null;
}

export interface ReplayReport {
  /** Whether every plan came out as recorded. */
  readonly identical: boolean;
  readonly policy: PolicyName;
  readonly batching: BatchPolicyName;
  /** Starts of an engine. */
  readonly runs: number;
  /** Steps compared: up to the first difference. */
  readonly steps: number;
  /** From the first to the last of them, runs added up. */
  readonly seconds: number;
  readonly difference: {
    readonly line: number;
    readonly step: number;
    readonly recorded: PlanData;
    readonly replayed: PlanData;
  } | null;
}

/**
 * Shows what a recording says to the policies and compares their plans with those recorded, to the first difference.
 *
 * Rejects with QueptError `invalid_usage` that names the file, and the line where it is one that is at fault.
 */
export async function replayRecording(path: string, options: ReplayOptions): Promise<ReplayReport> {
  const replaying = new Replaying(path, options);
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  try {
    for await (const line of lines) if (!replaying.take(line)) break;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof QueptError || code === undefined) throw error;
    throw new QueptError('invalid_usage', `${path}: ${code === 'ENOENT' ? 'no such file' : code}`);
  } finally {
    lines.close();
  }
  return replaying.report();
}

class Replaying {
  readonly #path: string;
  readonly #options: ReplayOptions;
  readonly #reader = new StepReader();
  #header: RecordingHeader | null = null;
  #policies: ReplayPolicies | null = null;
  #line = 0;
  #runs = 0;
  #steps = 0;
  #passedMs = 0;
  #lastAtMs: number | null = null;
  #difference: ReplayReport['difference'] = null;

  constructor(path: string, options: ReplayOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** False when there is no need to read on. */
  take(line: string): boolean {
    this.#line++;
    if (line === '') return true;
    this.#naming(() => this.#follow(this.#reader.read(line)));
    return this.#difference === null;
  }

  report(): ReplayReport {
    if (this.#header === null) throw new QueptError('invalid_usage', `${this.#path} holds no recording.`);
    return {
      identical: this.#difference === null,
      ...this.#names(this.#header),
      runs: this.#runs,
      steps: this.#steps,
      seconds: this.#passedMs / 1000,
      difference: this.#difference,
    };
  }

  #follow(read: RecordedLine): void {
    if (read.kind === 'start') {
      const { policy, batching } = this.#names(read.header);
      this.#header = read.header;
      this.#policies = {
        precisionPolicy: POLICIES[policy](read.header.ladder),
        batchPolicy: BATCH_POLICIES[batching](),
      };
      this.#runs++;
      this.#lastAtMs = null;
      return;
    }
    const { recorded } = read;
    const { nowMs } = recorded.state;
    this.#steps++;
    this.#passedMs += nowMs - (this.#lastAtMs ?? nowMs);
    this.#lastAtMs = nowMs;
    // A step cannot come before a header.
    const difference = this.#policies && replayStep(recorded, this.#policies);
    if (difference !== null) this.#difference = { line: this.#line, ...difference };
  }

  #names(header: RecordingHeader): Pick<ReplayReport, 'policy' | 'batching'> {
    const { policy, batching } = this.#options;
    return { policy: policy ?? header.policy, batching: batching ?? header.batching };
  }

  /** Values that make no sense come out as faults of the policies: here they are the file's. */
  #naming(work: () => void): void {
    try {
      work();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new QueptError('invalid_usage', `${this.#path}: line ${this.#line}: ${message}`, { cause });
    }
  }
}
