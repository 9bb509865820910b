import { connect, type Socket } from 'node:net';

/** A TCP connection that keeps what it receives and tells when it was closed. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything received so far. */
  text(): string;
  /** Resolves once `part` has been received; rejects if the connection closes first. */
  received(part: string): Promise<void>;
  readonly closed: Promise<void>;
}

export function rawConnection(port: number): RawConnection {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const changed = new Set<() => void>();
  const notify = (): void => {
    for (const listener of changed) listener();
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    notify();
  });
  // A reset is one of the ways of being closed.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
      notify();
    });
  });
  return {
    socket,
    text: () => text,
    closed,
    received: (part) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (text.includes(part)) resolve();
          else if (socket.closed) reject(new Error(`closed before '${part}' came; received: ${text}`));
          else return;
          changed.delete(check);
        };
        changed.add(check);
        check();
      }),
  };
}
