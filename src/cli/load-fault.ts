/** What is said of an error that is no fault of a command's own: the message, and what to do where that is known. */
export function loadFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'EMFILE' || code === 'ENFILE'
    ? `too many open files; raise the limit (ulimit -n 4096, LimitNOFILE=4096 in a unit): ${message}`
    : message;
}
