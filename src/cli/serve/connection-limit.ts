import { readFileSync } from 'node:fs';
import type { ServeConfig } from '../../config/index.ts';

/** However many file descriptors there are. */
const MOST_CONNECTIONS = 4_096;
/** For the model, the engine process and its next one, the tokenizers, a recording. */
const OWN_DESCRIPTORS = 64;
/** Of every port, however few descriptors there are. */
const LEAST_CONNECTIONS = 8;

/**
 * Connections that each port may have, so that all of them together leave the server the file descriptors that it needs
 * itself: those to start its engine again, first of all.
 *
 * @param descriptors the limit on open files; null where it is not known
 */
export function connectionLimit(
  { grpcPort, metricsPort, adminPort }: Pick<ServeConfig, 'grpcPort' | 'metricsPort' | 'adminPort'>,
  descriptors: number | null = descriptorLimit(),
): number {
  if (descriptors === null) return MOST_CONNECTIONS;
  const ports =
    1 +
    (typeof grpcPort === 'number' ? 1 : 0) +
    (typeof metricsPort === 'number' ? 1 : 0) +
    (adminPort === null ? 0 : 1);
  const share = Math.floor((descriptors - OWN_DESCRIPTORS) / ports);
  return Math.max(LEAST_CONNECTIONS, Math.min(MOST_CONNECTIONS, share));
}

/** As Linux tells it; null elsewhere. */
function descriptorLimit(): number | null {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
