import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { QueptError } from '../../core/index.ts';
import { openSafetensors, type SafetensorsFile, type TensorEntry } from '../../quant/index.ts';
import { readJsonFile } from './json-file.ts';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

export interface TensorLocation {
  readonly file: SafetensorsFile;
  readonly entry: TensorEntry;
}

/** The tensors of a folder, wherever they lie. */
export interface WeightFiles {
  readonly tensors: ReadonlyMap<string, TensorLocation>;
  close(): Promise<void>;
}

/**
 * Names of a folder's weight files, sorted: `model.safetensors`, or the shards of the index. Throws QueptError
 * `invalid_checkpoint` when there is neither.
 */
export async function listWeightFiles(directory: string): Promise<string[]> {
  return [...(await locateTensors(directory)).keys()].sort();
}

/** Opens every weight file of a folder. Throws QueptError `invalid_checkpoint` naming file and tensor. */
export async function openWeightFiles(directory: string): Promise<WeightFiles> {
  const shards = await locateTensors(directory);
  const files: SafetensorsFile[] = [];
  const tensors = new Map<string, TensorLocation>();
  const close = async (): Promise<void> => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    for (const [shard, names] of shards) {
      const file = await openSafetensors(join(directory, shard), 'invalid_checkpoint');
      files.push(file);
      for (const name of names ?? file.tensors.keys()) {
        const entry = file.tensors.get(name);
        if (entry === undefined) {
          throw new QueptError(
            'invalid_checkpoint',
            `${shard}: tensor ${name} is missing, but ${INDEX} puts it here.`,
          );
        }
        tensors.set(name, { file, entry });
      }
    }
    return { tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** File name → the tensors to take from it (null: all of them). */
async function locateTensors(directory: string): Promise<Map<string, string[] | null>> {
  if (await exists(join(directory, SINGLE))) return new Map([[SINGLE, null]]);
  const index = await readJsonFile(directory, INDEX, indexSchema, 'invalid_checkpoint');
  if (index === null) throw await noWeights(directory);
  const shards = new Map<string, string[]>();
  for (const [tensor, shard] of Object.entries(index.weight_map)) {
    // The index comes with the download: it must not reach outside its folder.
    if (basename(shard) !== shard || shard === '..') {
      throw new QueptError('invalid_checkpoint', `${INDEX}: weight_map.${tensor} is not a plain file name.`);
    }
    const tensors = shards.get(shard);
    if (tensors === undefined) shards.set(shard, [tensor]);
    else tensors.push(tensor);
  }
  return shards;
}

async function noWeights(directory: string): Promise<QueptError> {
  const pickled = ['pytorch_model.bin', 'pytorch_model.bin.index.json'];
  const found = await Promise.all(pickled.map((file) => exists(join(directory, file))));
  const remedy = found.includes(true)
    ? 'Pickled PyTorch weights are not read: convert them to safetensors.'
    : 'Fetch the weights of the model.';
  return new QueptError('invalid_checkpoint', `The folder has neither ${SINGLE} nor ${INDEX}. ${remedy}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
