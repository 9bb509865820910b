import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder, matMulNBits } from '../onnx/index.ts';

const BLOCK = 32;
const ROWS = 4;
/** Of int8 arithmetic. */
const TOLERANCE = 0.02;

/**
 * Whether a session with these options multiplies a vector of ones by small quantized matrices as a model's layers do,
 * and rightly: row n of each holds 32 times (n + 1) · 0.5, so the product is 16 · (n + 1).
 *
 * Throws what the runtime throws.
 */
export async function quantizedProductsAreRight(options: InferenceSession.SessionOptions): Promise<boolean> {
  const results = [await product(4, options), await product(8, options)];
  return results.every((values) =>
    values.every((value, n) => Math.abs(value / (BLOCK * 0.5 * (n + 1)) - 1) < TOLERANCE),
  );
}

async function product(bits: 4 | 8, options: InferenceSession.SessionOptions): Promise<Float32Array> {
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
  const session = await InferenceSession.create(g.encode(), options);
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
