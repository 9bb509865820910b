import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process said before it ended. */
export interface ProcessAnswer<Answer> {
  /** Its message; null where it sent none. */
  readonly answer: Answer | null;
  /** Why there is no answer, in its own words if it had any. */
  readonly fault: string;
}

/**
 * Starts a module in a process of its own, which sends one message and ends: for what may end the process that does it.
 * It is killed after `timeoutMs`.
 */
export function askProcess<Answer>(entry: URL, timeoutMs: number): Promise<ProcessAnswer<Answer>> {
  const child = fork(fileURLToPath(entry), [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let answer: Answer | null = null;
  let written = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  child.on('message', (message) => {
    answer = message as Answer;
  });
  return new Promise((resolve) => {
    // Where no process can be started there is no end of one.
    child.once('error', ({ message }) => resolve({ answer: null, fault: message }));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const how = signal === null ? `its process ended with code ${code}` : `its process ended by ${signal}`;
      resolve({ answer, fault: /^.*Error: .*$/m.exec(written)?.[0] ?? how });
    });
  });
}
