import { QueptError } from '../core/index.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space, or choose another disk',
  EDQUOT: 'the disk quota is used up. Free some space, or choose another disk',
  EFBIG: 'the file would exceed the size limit of this process or file system',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
};

/** A failure to write to `out` in words that tell what to do; any other error as it is. */
export function explainDiskFault(
  error: unknown,
  out: string,
  aftermath = 'Nothing was left behind.',
): unknown {
  const reason = REASONS[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  if (error instanceof QueptError || reason === undefined) return error;
  return new QueptError('invalid_usage', `Cannot write ${out}: ${reason}. ${aftermath}`, {
    cause: error,
  });
}
