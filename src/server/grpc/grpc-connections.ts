import type { Socket } from 'node:net';
import type { ConnectionInjector } from '@grpc/grpc-js';

/**
 * The connections that a server of grpc-js was given. They are ended by their sockets: its own `forceShutdown` passes
 * over connections where channel tracing is off.
 */
export class GrpcConnections {
  readonly #injector: ConnectionInjector;
  readonly #sockets = new Set<Socket>();
  #refusing = false;

  constructor(injector: ConnectionInjector) {
    this.#injector = injector;
  }

  accept(socket: Socket): void {
    if (this.#refusing) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#injector.injectConnection(socket);
  }

  /** From now on no connection is taken. Resolves once none is left. */
  async refuse(): Promise<void> {
    this.#refusing = true;
    const closed = [...this.#sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    await Promise.all(closed);
  }

  /** Ends all connections, whatever is on them. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#injector.destroy();
  }
}
