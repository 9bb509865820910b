import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder, matMulNBits } from '../../onnx/index.ts';

export interface RuntimeFacts {
  readonly version: string;
  /** Products by 4-bit and 8-bit matrices, in the arithmetic that models run in, came out as they should. */
  readonly isRight: boolean;
}

const BLOCK = 32;
const ROWS = 4;
/** Of int8 arithmetic. */
const TOLERANCE = 0.02;

/**
 * Loads ONNX Runtime and multiplies a vector of ones by small quantized matrices, as a model's layers do: row n of each
 * holds 32 times (n + 1) · 0.5, so the product is 16 · (n + 1).
 *
 * Throws what the runtime throws.
 */
export async function probeRuntime(): Promise<RuntimeFacts> {
  const results = [await product(4), await product(8)];
  const isRight = results.every((values) =>
    values.every((value, n) => Math.abs(value / (BLOCK * 0.5 * (n + 1)) - 1) < TOLERANCE),
  );
  return { version: env.versions.node ?? env.versions.common, isRight };
}

async function product(bits: 4 | 8): Promise<Float32Array> {
  const g = new GraphBuilder('probe');
  const x = g.input('x', 'f32', [1, BLOCK]);
  const matrix = {
    codes: g.constant('codes', 'u8', [ROWS, 1, (BLOCK * bits) / 8], codes(bits)),
    scales: g.constant('scales', 'f32', [ROWS], new Float32Array(ROWS).fill(0.5)),
    zeroPoints: null,
    n: ROWS,
    k: BLOCK,
    bits,
    block: BLOCK,
  };
  const y = matMulNBits(g, x, matrix, 4);
  g.output(y);
  const session = await InferenceSession.create(g.encode(), { intraOpNumThreads: 1 });
  try {
    const { [y.name]: result } = await session.run({
      x: new Tensor('float32', new Float32Array(BLOCK).fill(1), [1, BLOCK]),
    });
    return result?.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** Row n holds n + 1 everywhere, above the zero point in the middle of the range; two codes share a byte at 4 bits. */
function codes(bits: 4 | 8): Uint8Array {
  const perRow = (BLOCK * bits) / 8;
  return Uint8Array.from({ length: ROWS * perRow }, (_, i) => {
    const code = 2 ** (bits - 1) + Math.floor(i / perRow) + 1;
    return bits === 4 ? code | (code << 4) : code;
  });
}
