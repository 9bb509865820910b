import type { Figure } from '../plot/index.ts';
import { prepareTextFile } from './text-file.ts';

/** A place where a figure can be written. */
export interface FigureFile {
  /** Writes it as SVG, whole or not at all, in place of what was there. Throws QueptError naming the option. */
  write(figure: Figure): Promise<void>;
}

/**
 * Proves that an SVG can be written to `path`; see `prepareTextFile`.
 *
 * @param option the flag that named the path, for messages
 * Throws QueptError `invalid_usage`. Leaves nothing behind.
 */
export async function prepareFigureFile(path: string, option: string): Promise<FigureFile> {
  const file = await prepareTextFile(path, option, { name: 'an SVG', mark: /<svg[\s>]/ });
  return {
    write: async (figure) => {
      // On demand: most runs draw nothing.
      const { renderFigure } = await import('../plot/index.ts');
      await file.write(renderFigure(figure));
    },
  };
}
