import type { Server } from 'node:net';
import { QueptError } from '../core/index.ts';

/** Throws QueptError `invalid_config` when the address cannot be listened on. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const reason =
        cause.code === 'EADDRINUSE' ? 'the port is already in use' : (cause.code ?? 'unknown reason');
      const message = `Cannot listen on ${host}:${port}: ${reason}. Choose another host or port.`;
      reject(new QueptError('invalid_config', message, { cause }));
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}
