import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

const NEWLINE = 10;
const PART_BYTES = 64 * 1024;

/**
 * Cuts a file of lines off behind its last newline: what was being written when a process was killed or a disk was full
 * is no line. Throws as `fs` does.
 */
export function dropTornLine(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    const { size } = fstatSync(fd);
    const whole = endOfLastLine(fd, size);
    if (whole < size) ftruncateSync(fd, whole);
  } finally {
    closeSync(fd);
  }
}

function endOfLastLine(fd: number, size: number): number {
  const part = Buffer.alloc(PART_BYTES);
  for (let end = size; end > 0; end -= PART_BYTES) {
    const from = Math.max(0, end - PART_BYTES);
    const read = readSync(fd, part, 0, end - from, from);
    const at = part.subarray(0, read).lastIndexOf(NEWLINE);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}
