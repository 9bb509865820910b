import { type ChildProcess, fork } from 'node:child_process';
import type {
  BenchBits,
  ContenderReply,
  ContenderRequest,
  LoadReport,
  RegroupReport,
  SwitchReport,
} from './contender-messages.ts';
import type { Scenario } from './scenarios.ts';

/** A contender behind a process boundary; one request at a time. */
export class ContenderProcess {
  readonly #name: string;
  readonly #child: ChildProcess;

  /** Starts `script`, which answers ContenderRequests. What it prints goes to our stderr. */
  constructor(name: string, script: string) {
    this.#name = name;
    this.#child = fork(script, [], { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
  }

  load(options: Readonly<Record<string, string | number>>): Promise<LoadReport> {
    return this.#request({ kind: 'load', options });
  }

  prepare(scenario: Scenario): Promise<null> {
    return this.#request({ kind: 'prepare', scenario });
  }

  steps(bits: BenchBits, warmUp: number, count: number): Promise<number[]> {
    return this.#request({ kind: 'steps', bits, warmUp, count });
  }

  switching(count: number): Promise<SwitchReport> {
    return this.#request({ kind: 'switch', count });
  }

  regrouping(count: number): Promise<RegroupReport> {
    return this.#request({ kind: 'regroup', count });
  }

  /** Ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    // Not a polite end: nothing is left to save, and an engine may be in the middle of a pass.
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** Rejects, naming the contender, when it fails or dies. The caller knows the type of each request's answer. */
  #request<T>(request: ContenderRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
        this.#child.off('error', onError);
        act();
      };
      const fail = (message: string): void => {
        settle(() => reject(new Error(`${this.#name}, ${request.kind}: ${message}`)));
      };
      const onMessage = (reply: ContenderReply): void => {
        if (reply.ok) settle(() => resolve(reply.value as T));
        else fail(reply.message);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        fail(`the process ended (${signal ?? code})`);
      };
      const onError = (error: Error): void => fail(error.message);
      this.#child.on('message', onMessage);
      this.#child.on('exit', onExit);
      this.#child.on('error', onError);
      this.#child.send(request);
    });
  }
}
