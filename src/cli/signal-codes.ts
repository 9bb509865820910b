/** By which a supervisor or Ctrl-C ends a process, and the exit codes that tell so. */
export const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
