/** Time as the scheduler sees it: real in a server, virtual in tests and simulation. */
export interface Clock {
  /** Milliseconds, monotonic, arbitrary origin. */
  now(): number;
}
