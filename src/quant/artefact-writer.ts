import { copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fusedMatrices, type Ladder, QueptError } from '../core/index.ts';
import { type ArtefactLayout, artefactTensors, planeName } from './artefact-tensors.ts';
import { checkManifest } from './check-manifest.ts';
import { explainDiskFault } from './disk-fault.ts';
import { fileSha256 } from './file-digest.ts';
import {
  type ArtefactGeneration,
  type ArtefactManifest,
  FORMAT_VERSION,
  formatManifest,
  MANIFEST_FILE,
  type Provenance,
  parseManifest,
  type Sensitivity,
  WEIGHTS_FILE,
} from './manifest.ts';
import { checkOutput, createPartial, publish } from './output-directory.ts';
import type { PlaneArrays } from './plane-format.ts';
import { WeightsWriter } from './weights-writer.ts';
import { writeDurably } from './write-durably.ts';

/** A file that an artefact carries along: copied under `name`. */
export interface CarriedFile {
  readonly name: string;
  readonly path: string;
}

/** What a manifest says beyond the layout. */
export interface ArtefactDescription {
  /** Model name that the server shows. */
  readonly name: string;
  readonly sensitivity: Sensitivity;
  readonly ladder: Ladder;
  readonly generation: ArtefactGeneration;
  readonly provenance: Provenance;
}

/**
 * Writes one artefact. Everything goes to a hidden directory beside `out` and the manifest last of all, then the
 * directory is renamed: whatever interrupts the run, `out` is either as before or complete.
 *
 * End with exactly one of `finish` and `abort`.
 */
export class ArtefactWriter {
  readonly layout: ArtefactLayout;
  readonly #out: string;
  readonly #force: boolean;
  readonly #partial: string;
  readonly #weights: WeightsWriter;
  readonly #aftermath: string | undefined;

  private constructor(
    out: string,
    force: boolean,
    layout: ArtefactLayout,
    partial: string,
    weights: WeightsWriter,
    aftermath: string | undefined,
  ) {
    this.#out = out;
    this.#force = force;
    this.layout = layout;
    this.#partial = partial;
    this.#weights = weights;
    this.#aftermath = aftermath;
  }

  /**
   * Throws QueptError `invalid_usage` when `out` may not be written, or not be replaced without `force`.
   *
   * @param aftermath what a full disk leaves behind, for its message; by default nothing
   */
  static async create(
    out: string,
    layout: ArtefactLayout,
    force: boolean,
    aftermath?: string,
  ): Promise<ArtefactWriter> {
    await checkOutput(out, force);
    let partial: string | null = null;
    try {
      partial = await createPartial(out);
      const weights = await WeightsWriter.create(join(partial, WEIGHTS_FILE), artefactTensors(layout));
      return new ArtefactWriter(out, force, layout, partial, weights, aftermath);
    } catch (error) {
      if (partial !== null) await rm(partial, { recursive: true, force: true });
      throw explainDiskFault(error, out, aftermath);
    }
  }

  /** Appends to one tensor of the weights file. */
  append(tensor: string, data: Uint8Array | Float32Array): Promise<void> {
    return this.#weights.append(tensor, data);
  }

  /** Appends the rows of a plane of `matrix`: codes, scales and, where it has them, zero points. */
  async appendPlane(
    matrix: string,
    plane: number,
    { codes, scales, zeroPoints }: PlaneArrays,
  ): Promise<void> {
    const name = planeName(matrix, plane);
    await this.append(`${name}.codes`, codes);
    await this.append(`${name}.scales`, scales);
    if (zeroPoints) await this.append(`${name}.zero_points`, zeroPoints);
  }

  /** Bytes [from, to) already appended to a tensor. */
  read(tensor: string, from: number, to: number): Promise<Uint8Array> {
    return this.#weights.read(tensor, from, to);
  }

  /** Copies `files`, writes the manifest and puts the artefact in place. Cleans up after itself when it fails. */
  async finish(description: ArtefactDescription, files: readonly CarriedFile[]): Promise<ArtefactManifest> {
    try {
      const tensorDigests = await this.#weights.finish();
      for (const { name, path } of files) await this.#copy(name, path);
      const listed = await Promise.all(
        [WEIGHTS_FILE, ...files.map(({ name }) => name)].map((name) => this.#describe(name)),
      );
      const { architecture, quantization, zeroPoints } = this.layout;
      const matrices = fusedMatrices(architecture).map(({ name }, m) => ({
        name,
        zeroPoints: zeroPoints[m],
      }));
      const text = formatManifest({
        formatVersion: FORMAT_VERSION,
        name: description.name,
        architecture,
        quantization,
        matrices,
        sensitivity: description.sensitivity,
        ladder: description.ladder,
        generation: description.generation,
        files: listed,
        tensorDigests,
        provenance: description.provenance,
      });
      // What is written is what a reader will accept.
      const manifest = parseManifest(text);
      checkManifest(manifest);
      await writeDurably(join(this.#partial, MANIFEST_FILE), text);
      await publish(this.#partial, this.#out, this.#force);
      return manifest;
    } catch (error) {
      await this.abort();
      throw explainDiskFault(error, this.#out, this.#aftermath);
    }
  }

  /** Removes everything written. Idempotent. */
  async abort(): Promise<void> {
    await this.#weights.abort();
    await rm(this.#partial, { recursive: true, force: true });
  }

  async #copy(name: string, path: string): Promise<void> {
    try {
      await stat(path);
    } catch (error) {
      throw new QueptError(
        'invalid_checkpoint',
        `${name}: cannot be read (${(error as NodeJS.ErrnoException).code}).`,
        {
          cause: error,
        },
      );
    }
    await copyFile(path, join(this.#partial, name));
  }

  async #describe(name: string): Promise<ArtefactManifest['files'][number]> {
    const path = join(this.#partial, name);
    return { name, bytes: (await stat(path)).size, sha256: await fileSha256(path) };
  }
}
