import type { Server } from 'node:net';
import { QueptError } from '../core/index.ts';

/** What the system's codes mean, and what is to be changed. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is already in use. Choose another host or port, or stop what listens there.',
  EADDRNOTAVAIL: 'this machine has no such address. Choose another host; 0.0.0.0 is all of its addresses.',
  EACCES: 'this user may not. Choose a port from 1024, or allow it to (CAP_NET_BIND_SERVICE).',
  ENOTFOUND: 'the name has no address. Choose another host.',
};

/** Throws QueptError `invalid_config` when the address cannot be listened on. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const { code = 'unknown reason' } = cause;
      const reason = REASONS[code] ?? `${code}. Choose another host or port.`;
      reject(new QueptError('invalid_config', `Cannot listen on ${host}:${port}: ${reason}`, { cause }));
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}
