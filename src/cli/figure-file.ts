import { randomUUID } from 'node:crypto';
import { access, constants, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { QueptError } from '../core/index.ts';
import type { Figure } from '../plot/index.ts';

/** A place where a figure can be written. */
export interface FigureFile {
  /** Writes it as SVG, whole or not at all, in place of what was there. Throws QueptError naming the option. */
  write(figure: Figure): Promise<void>;
}

/**
 * Proves that an SVG can be written to `path`, so that a command can refuse before it works for minutes. Another
 * SVG is replaced, anything else is not: a slip of the hand must not cost a text or a model.
 *
 * @param option the flag that named the path, for messages
 * Throws QueptError `invalid_usage`. Leaves nothing behind.
 */
export async function prepareFigureFile(path: string, option: string): Promise<FigureFile> {
  try {
    const target = await replaceableTarget(path, option);
    const partial = partialPath(target);
    await writeFile(partial, '', { flag: 'wx' });
    await rm(partial);
    return {
      write: async (figure) => {
        // On demand: most runs draw nothing.
        const { renderFigure } = await import('../plot/index.ts');
        await replace(target, renderFigure(figure)).catch((error) => rethrow(error, path, option));
      },
    };
  } catch (error) {
    return rethrow(error, path, option);
  }
}

/** Absolute, and behind symbolic links: these stay, and what they point to is replaced. */
async function replaceableTarget(path: string, option: string): Promise<string> {
  const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return resolve(path);
  });
  const found = await stat(target).catch(() => null);
  if (found?.isDirectory() || /[/\\]$/.test(path)) {
    throw refusal(option, `${path} is a directory. Name a file in it`);
  }
  if (found === null) return target;
  if (!found.isFile() || (found.size > 0 && !(await holdsSvg(target)))) {
    throw refusal(option, `${path} is there and is not an SVG. Name another file`);
  }
  // A rename would ask the directory alone, and replace a file that its owner made read-only.
  await access(target, constants.W_OK);
  return target;
}

async function holdsSvg(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(1024);
    await file.read(head, 0, head.length, 0);
    return /<svg[\s>]/.test(head.toString('latin1'));
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
