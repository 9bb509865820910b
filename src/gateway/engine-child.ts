import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type {
  DecisionAnswer,
  EngineSettings,
  FatalMessage,
  FromEngine,
  ReadyMessage,
  StepMessage,
  ToEngine,
} from './channel.ts';

interface EngineChildOptions {
  /** The compiled engine-process module. */
  readonly entry: URL;
  readonly settings: EngineSettings;
  onReady(message: ReadyMessage): void;
  onStep(message: StepMessage): void;
  onDecisions(message: DecisionAnswer): void;
  /** It has answered a ping. */
  onPong(): void;
  /** A line that the process wrote. */
  onLine(line: string): void;
  /** Called once, last. `fatal` is what the process said before it ended, null when it was silent. */
  onExit(how: string, fatal: FatalMessage | null): void;
}

/** One life of the engine process: started, listened to, ended. What follows its end is the client's affair. */
export class EngineChild {
  /** Resolves after `onExit`. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #exited = false;

  constructor(options: EngineChildOptions) {
    let fatal: FatalMessage | null = null;
    this.#child = fork(fileURLToPath(options.entry), [], {
      serialization: 'advanced',
      // The parent's own flags (an inspector port, say) are not for the child.
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    forwardLines(this.#child.stdout, options.onLine);
    forwardLines(this.#child.stderr, options.onLine);
    this.#child.on('message', (received) => {
      const message = received as FromEngine;
      switch (message.type) {
        case 'ready':
          return options.onReady(message);
        case 'step':
          return options.onStep(message);
        case 'decision-answer':
          return options.onDecisions(message);
        case 'pong':
          return options.onPong();
        case 'fatal':
          fatal = message;
          return;
        default:
          return message satisfies never;
      }
    });
    const kill = (): void => this.kill();
    // An engine that hangs does not notice that its parent has gone.
    process.once('exit', kill);
    this.ended = this.#end().then((how) => {
      this.#exited = true;
      process.off('exit', kill);
      options.onExit(how, fatal);
    });
    this.send({ type: 'start', settings: options.settings });
  }

  /** Resolves with how the process ended. */
  #end(): Promise<string> {
    return new Promise((resolve) => {
      // 'close' and not 'exit': messages and lines sent before the end are delivered first.
      this.#child.once('close', (code, signal) =>
        resolve(signal === null ? `code ${code}` : `signal ${signal}`),
      );
      // No 'close' follows when no process could be started.
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) resolve(error.message);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A message to a process that is gone is lost on purpose: its end is reported by `onExit`. */
  send(message: ToEngine): void {
    if (!this.#exited && this.#child.connected) this.#child.send(message, () => {});
  }

  /** SIGKILL: nothing in the process can hold it up, and no state of it outlives it. */
  kill(): void {
    if (!this.#exited) this.#child.kill('SIGKILL');
  }
}

/** @param stream undefined where no process could be started for want of file descriptors */
function forwardLines(stream: Readable | null | undefined, onLine: (line: string) => void): void {
  if (stream != null) createInterface({ input: stream }).on('line', onLine);
}
