import { createServer } from 'node:net';
import { listen } from './listen.ts';

/** Rejects with QueptError `invalid_config` when the address cannot be listened on; nothing listens there afterwards. */
export async function checkListenable(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(server, host, port);
  await new Promise((resolve) => server.close(resolve));
}
