import { randomUUID } from 'node:crypto';
import { access, constants, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { QueptError } from '../core/index.ts';

/** A place where a text can be written. */
export interface TextFile {
  /** Writes it, whole or not at all, in place of what was there. Throws QueptError naming the option. */
  write(text: string): Promise<void>;
}

/** What a file of the kind is called, and what stands near its beginning. */
export interface TextKind {
  /** With its article: `an SVG`. */
  readonly name: string;
  readonly mark: RegExp;
}

/**
 * Proves that a text can be written to `path`, so that a command can refuse before it works for minutes. A file of the
 * same kind is replaced, anything else is not: a slip of the hand must not cost a text or a model.
 *
 * @param option the flag that named the path, for messages
 * Throws QueptError `invalid_usage`. Leaves nothing behind.
 */
export async function prepareTextFile(path: string, option: string, kind: TextKind): Promise<TextFile> {
  try {
    const target = await replaceableTarget(path, option, kind);
    const partial = partialPath(target);
    await writeFile(partial, '', { flag: 'wx' });
    await rm(partial);
    return {
      write: (text) => replace(target, text).catch((error) => rethrow(error, path, option)),
    };
  } catch (error) {
    return rethrow(error, path, option);
  }
}

/** Absolute, and behind symbolic links: these stay, and what they point to is replaced. */
async function replaceableTarget(path: string, option: string, kind: TextKind): Promise<string> {
  const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return resolve(path);
  });
  const found = await stat(target).catch(() => null);
  if (found?.isDirectory() || /[/\\]$/.test(path)) {
    throw refusal(option, `${path} is a directory. Name a file in it`);
  }
  if (found === null) return target;
  if (!found.isFile() || (found.size > 0 && !(await isOfKind(target, kind)))) {
    throw refusal(option, `${path} is there and is not ${kind.name}. Name another file`);
  }
  // A rename would ask the directory alone, and replace a file that its owner made read-only.
  await access(target, constants.W_OK);
  return target;
}

async function isOfKind(path: string, { mark }: TextKind): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(1024);
    await file.read(head, 0, head.length, 0);
    return mark.test(head.toString('latin1'));
  } finally {
    await file.close();
  }
}

async function replace(target: string, text: string): Promise<void> {
  const partial = partialPath(target);
  try {
    await writeFile(partial, text, { flag: 'wx', flush: true });
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** A new name beside `target`, on the same file system, so that the rename is one step. */
function partialPath(target: string): string {
  return join(dirname(target), `.quept-${randomUUID()}.partial`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist. Create it, or name a file elsewhere',
  ENOTDIR: 'a part of its path is not a directory. Name a file elsewhere',
  ENAMETOOLONG: 'its name is too long. Choose a shorter one',
  ELOOP: 'its symbolic links go in circles. Name a file elsewhere',
  EACCES: 'permission is denied. Name a file elsewhere',
  EPERM: 'permission is denied. Name a file elsewhere',
  EROFS: 'the file system is read-only. Name a file elsewhere',
  ENOSPC: 'the disk is full. Free some space, or name a file elsewhere',
  EDQUOT: 'the disk quota is used up. Free some space, or name a file elsewhere',
};

function rethrow(error: unknown, path: string, option: string): never {
  const reason = REASONS[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  if (error instanceof QueptError || reason === undefined) throw error;
  throw refusal(option, `${path} cannot be written: ${reason}`, error);
}

function refusal(option: string, message: string, cause?: unknown): QueptError {
  return new QueptError('invalid_usage', `${option}: ${message}.`, { cause });
}
