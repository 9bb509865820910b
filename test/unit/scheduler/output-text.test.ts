import { describe, expect, it } from 'vitest';
import { OutputText } from '../../../src/scheduler/output-text.ts';
import { bytePieceDecoder } from '../../support/byte-piece-decoder.ts';

/** Token 2 is an `x` with the first byte of a longer character. */
const decoder = bytePieceDecoder(['a', 'b', Uint8Array.of(0x78, 0xf0)], new Set());

describe('OutputText', () => {
  it('gives an incomplete character and then nothing more at the end', () => {
    const output = new OutputText(decoder.createTextStream(), []);
    expect(output.push(2)).toEqual({ text: 'x', stopped: false });
    expect(output.end()).toEqual({ text: '\uFFFD', stopped: false });
  });

  it('puts held text before the incomplete character that frees it', () => {
    const output = new OutputText(decoder.createTextStream(), ['xb']);
    expect(output.push(2)).toEqual({ text: '', stopped: false });
    expect(output.end()).toEqual({ text: 'x\uFFFD', stopped: false });
  });

  it('shows nothing of what follows a stop string, an incomplete character included', () => {
    const output = new OutputText(decoder.createTextStream(), ['ax']);
    expect(output.push(0)).toEqual({ text: '', stopped: false });
    expect(output.push(2)).toEqual({ text: '', stopped: true });
    expect(output.end()).toEqual({ text: '', stopped: true });
  });
});
