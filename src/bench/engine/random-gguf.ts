import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import type { ModelArchitecture } from '../../core/index.ts';
import {
  GGUF_TYPES,
  type GgufTensor,
  type GgufType,
  type GgufValue,
  ggufHeader,
  padded,
} from './gguf-header.ts';
import { randomBytes } from './random-bytes.ts';

export type GgufQuantization = Exclude<GgufType, 'F32'>;

/** Standard deviation of uniformly random codes, in steps of the scale: it turns a scale into a weight's size. */
const CODE_DEVIATION = { Q4_0: 4.6, Q8_0: 73.9 } as const satisfies Record<GgufQuantization, number>;

/**
 * Writes a Llama of `architecture` with random weights to `path`: every matrix in `type`, the embedding, which
 * is the head too, among them. The vocabulary is made up, and only there because a tokenizer is built on load. A
 * whole file from an earlier run is kept.
 *
 * @returns the file's size, bytes
 */
export async function writeRandomGguf(
  path: string,
  architecture: ModelArchitecture,
  type: GgufQuantization,
): Promise<number> {
  const tensors = llamaTensors(architecture, type);
  const { bytes, spans } = ggufHeader(llamaMetadata(architecture), tensors);
  const last = spans.at(-1);
  const size = bytes.length + (last ? last.offset + padded(last.bytes) : 0);
  const present = await stat(path).catch(() => null);
  if (present?.size === size) return size;
  // Renamed when whole, so that an interrupted run leaves no half file to be reused.
  const unfinished = `${path}.part`;
  const file = await open(unfinished, 'w');
  try {
    await file.writeFile(bytes);
    for (const [i, tensor] of tensors.entries()) await writeTensor(file, tensor, spans[i]?.bytes ?? 0);
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  return size;
}

function llamaMetadata(architecture: ModelArchitecture): Record<string, GgufValue> {
  const u32 = (value: number): GgufValue => ({ kind: 'u32', value });
  const f32 = (value: number): GgufValue => ({ kind: 'f32', value });
  const string = (value: string): GgufValue => ({ kind: 'string', value });
  return {
    'general.architecture': string('llama'),
    'general.name': string('random'),
    'llama.block_count': u32(architecture.layers),
    'llama.context_length': u32(architecture.contextLength),
    'llama.embedding_length': u32(architecture.hiddenSize),
    'llama.feed_forward_length': u32(architecture.intermediateSize),
    'llama.attention.head_count': u32(architecture.heads),
    'llama.attention.head_count_kv': u32(architecture.kvHeads),
    'llama.attention.layer_norm_rms_epsilon': f32(architecture.rmsNormEps),
    'llama.rope.dimension_count': u32(architecture.headDim),
    'llama.rope.freq_base': f32(architecture.rope.theta),
    'llama.vocab_size': u32(architecture.vocabSize),
    'tokenizer.ggml.model': string('llama'),
    'tokenizer.ggml.bos_token_id': u32(1),
    'tokenizer.ggml.eos_token_id': u32(2),
    'tokenizer.ggml.add_bos_token': { kind: 'bool', value: false },
    'tokenizer.ggml.add_space_prefix': { kind: 'bool', value: false },
    ...vocabulary(architecture.vocabSize),
  };
}

/** Token types of the format: unknown, control, byte, normal. */
const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
const FIRST_BYTE = 3;
const SPACE_ID = FIRST_BYTE + 256;

/**
 * A SentencePiece vocabulary: three specials, the 256 bytes, the sign that stands for a space, then invented words. So an
 * English text has a token for each of its bytes, as it has in the vocabulary of `invented-tokenizer.ts`.
 */
function vocabulary(size: number): Record<string, GgufValue> {
  const specials = ['<unk>', '<s>', '</s>'];
  const tokens = Array.from({ length: size }, (_, id) => {
    const byte = id - FIRST_BYTE;
    if (byte < 0) return specials[id] ?? '';
    if (id === SPACE_ID) return '\u2581';
    return byte < 256 ? `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>` : `t${id}`;
  });
  const types = tokens.map((_, id) => {
    if (id === 0) return TOKEN_TYPE.unknown;
    if (id < FIRST_BYTE) return TOKEN_TYPE.control;
    return id < FIRST_BYTE + 256 ? TOKEN_TYPE.byte : TOKEN_TYPE.normal;
  });
  return {
    'tokenizer.ggml.tokens': { kind: 'strings', value: tokens },
    'tokenizer.ggml.scores': { kind: 'f32s', value: tokens.map((_, id) => -id) },
    'tokenizer.ggml.token_type': { kind: 'i32s', value: types },
  };
}

function llamaTensors(architecture: ModelArchitecture, type: GgufQuantization): GgufTensor[] {
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, layers, vocabSize } = architecture;
  const matrix = (name: string, n: number, k: number): GgufTensor => ({ name, dims: [k, n], type });
  const norm = (name: string): GgufTensor => ({ name, dims: [hiddenSize], type: 'F32' });
  const tensors = [matrix('token_embd.weight', vocabSize, hiddenSize), norm('output_norm.weight')];
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}`;
    tensors.push(
      norm(`${at}.attn_norm.weight`),
      matrix(`${at}.attn_q.weight`, heads * headDim, hiddenSize),
      matrix(`${at}.attn_k.weight`, kvHeads * headDim, hiddenSize),
      matrix(`${at}.attn_v.weight`, kvHeads * headDim, hiddenSize),
      matrix(`${at}.attn_output.weight`, hiddenSize, heads * headDim),
      norm(`${at}.ffn_norm.weight`),
      matrix(`${at}.ffn_gate.weight`, intermediateSize, hiddenSize),
      matrix(`${at}.ffn_up.weight`, intermediateSize, hiddenSize),
      matrix(`${at}.ffn_down.weight`, hiddenSize, intermediateSize),
    );
  }
  return tensors;
}

async function writeTensor(file: FileHandle, tensor: GgufTensor, bytes: number): Promise<void> {
  const { name, type, dims } = tensor;
  if (type === 'F32') {
    const data = Buffer.alloc(padded(bytes));
    new Float32Array(data.buffer, data.byteOffset, bytes / 4).fill(1);
    await file.writeFile(data);
    return;
  }
  const data = Buffer.from(randomBytes(name, padded(bytes)).buffer);
  // Weights of variance 1/k keep activations near unit size: no step meets an infinity or a denormal.
  const scale = halfBits(1 / (CODE_DEVIATION[type] * Math.sqrt(dims[0] ?? 1)));
  const stride = GGUF_TYPES[type].bytes;
  for (let at = 0; at < bytes; at += stride) data.writeUInt16LE(scale, at);
  await file.writeFile(data);
}

/** The IEEE half-precision pattern of `value`, cut short; for positive values in half's normal range. */
function halfBits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return (((bits >>> 23) - 127 + 15) << 10) | ((bits >>> 13) & 0x3ff);
}
