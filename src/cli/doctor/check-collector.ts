import { connect } from 'node:net';
import { type Finding, ok, warn } from './finding.ts';

const CHECK = 'traces';
const TIMEOUT_MS = 2_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Connects to the collector that traces are sent to. */
export async function checkCollector(endpoint: string): Promise<Finding> {
  const { hostname, port, protocol } = new URL(endpoint);
  const number = port === '' ? (DEFAULT_PORTS[protocol] ?? 80) : Number(port);
  const fault = await faultOf(hostname.replace(/^\[|\]$/g, ''), number);
  return fault === null
    ? ok(CHECK, `${endpoint} can be reached`)
    : warn(
        CHECK,
        `${endpoint}: ${fault}`,
        'Start the collector or correct otlpEndpoint; requests are served without it.',
      );
}

function faultOf(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const settle = (fault: string | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => settle(null));
    socket.once('timeout', () => settle(`no answer within ${TIMEOUT_MS} ms`));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  });
}
