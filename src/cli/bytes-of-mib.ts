/** A setting in MiB, in bytes. */
export function bytesOfMib(mib: number | null): number | null {
  return mib === null ? null : mib * 2 ** 20;
}
