import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import type { PeerContender } from './peer-contenders.ts';
import type { PeerLoad } from './peer-load.ts';
import { PEER_TURN, type PeerTurn } from './peer-turn.ts';

const LOAD_FILE = 'load.json';

/** Turns in a folder, a file each, so that a run that was interrupted goes on where it was. */
export class TurnStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws QueptError `invalid_usage` where the folder holds turns under another load. */
  static async open(folder: string, load: PeerLoad): Promise<TurnStore> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, LOAD_FILE);
    const text = `${JSON.stringify(load, null, 2)}\n`;
    const before = await readFile(path, 'utf8').catch(() => null);
    if (before !== null && before !== text) {
      throw new QueptError(
        'invalid_usage',
        `--out: ${folder} holds turns under another load. Name another folder, or delete it.`,
      );
    }
    await writeFile(path, text);
    return new TurnStore(folder);
  }

  /** Null where the turn has not been made. Throws QueptError `invalid_usage` for a damaged file. */
  async read(contender: PeerContender, round: number): Promise<PeerTurn | null> {
    const path = this.#path(contender, round);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) return null;
    const parsed = PEER_TURN.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new QueptError(
      'invalid_usage',
      `--out: ${path} is damaged: ${z.prettifyError(parsed.error)}. Delete it, and the turn is made again.`,
    );
  }

  /** A file is there whole or not at all. */
  async write(turn: PeerTurn): Promise<void> {
    const path = this.#path(turn.contender, turn.round);
    await writeFile(`${path}.part`, `${JSON.stringify(turn)}\n`);
    await rename(`${path}.part`, path);
  }

  #path(contender: PeerContender, round: number): string {
    return join(this.#folder, `round-${round}-${contender.replaceAll(' ', '-').toLowerCase()}.json`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
