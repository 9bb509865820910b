import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** What a test that has no Redis says when it skips. */
export const NEEDS_REDIS = 'needs the Debian package redis-server (apt-get install redis-server)';

/** A password that must not turn up anywhere. */
export const REDIS_PASSWORD = 'correct-horse-battery-staple';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
  /** Answers nobody until it is told to go on. */
  pause(): void;
  resume(): void;
}

/** Starts a Redis that keeps nothing on disk, on `port` or a free one; null where the program is not there. */
export async function startRedis(port?: number): Promise<RedisServer | null> {
  const at = port ?? (await freePort());
  const settings = ['--port', `${at}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [...settings, '--requirepass', REDIS_PASSWORD], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (!(await ready(child))) return null;
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    url: `redis://:${REDIS_PASSWORD}@127.0.0.1:${at}`,
    port: at,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function ready(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Ready to accept connections')) resolve(true);
    });
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${said}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
