import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How every HTTP/2 connection begins whose client knows that the server speaks it (RFC 9113, section 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** Enough of it: no HTTP/1.1 request begins so. */
const TELLING = PREFACE.subarray(0, 14);

interface SplitOptions {
  /** Gets the connections that begin as HTTP/2. What was read of them has been put back. */
  readonly onHttp2: (socket: Socket) => void;
  /** A connection that has not shown what it is by then is handed to `onSilent`. */
  readonly timeoutMs: number;
  readonly onSilent: (socket: Socket) => void;
}

/**
 * Makes one port serve both HTTP/1.1 and HTTP/2: looks at the first bytes of each connection before `server` does.
 * To be called before other listeners for connections are added: those see every connection at once.
 */
export function splitHttp2(server: Server, options: SplitOptions): void {
  const speakHttp1 = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const onHttp1 = (socket: Socket): void => {
    for (const listener of speakHttp1) listener.call(server, socket);
  };
  server.on('connection', (socket: Socket) => lookAtBeginning(socket, { ...options, onHttp1 }));
}

function lookAtBeginning(
  socket: Socket,
  { onHttp1, onHttp2, onSilent, timeoutMs }: SplitOptions & { readonly onHttp1: (socket: Socket) => void },
): void {
  let seen = Buffer.alloc(0);
  const settle = (next: (socket: Socket) => void): void => {
    stop();
    // Put back once only: a socket tells of every byte that is put back as if it had just come.
    if (seen.length > 0) socket.unshift(seen);
    next(socket);
  };
  const look = (): void => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    seen = Buffer.concat([seen, bytes]);
    const compared = Math.min(seen.length, TELLING.length);
    if (!seen.subarray(0, compared).equals(TELLING.subarray(0, compared))) settle(onHttp1);
    else if (compared === TELLING.length) settle(onHttp2);
  };
  // Whoever says nothing that could be answered and hangs up gets the same.
  const hangUp = (): void => {
    stop();
    socket.end();
  };
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('readable', look);
    socket.off('end', hangUp);
    socket.off('close', stop);
    socket.off('error', ignore);
  };
  const timer = setTimeout(() => {
    stop();
    onSilent(socket);
  }, timeoutMs);
  socket.on('readable', look);
  socket.once('end', hangUp);
  socket.once('close', stop);
  socket.on('error', ignore);
}

/** What breaks before it has begun is nobody's concern; the socket closes by itself. */
function ignore(): void {}
