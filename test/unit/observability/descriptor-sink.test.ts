import { describe, expect, it } from 'vitest';
import { DescriptorSink } from '../../../src/observability/descriptor-sink.ts';
import { eventually } from '../../support/eventually.ts';

/** Takes `room` bytes, and fails then as a full disk or pipe does. */
function narrowSink(room: number) {
  const state = { room, taken: '', attempts: 0 };
  const sink = new DescriptorSink(7, {
    retryMs: 5,
    writeBytes: (fd, bytes) => {
      expect(fd).toBe(7);
      state.attempts++;
      if (state.room === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      const part = bytes.subarray(0, state.room);
      state.room -= part.length;
      state.taken += Buffer.from(part).toString();
      return part.length;
    },
  });
  return { sink, state };
}

describe('[F4] lines to a descriptor', () => {
  it('are written before write returns', () => {
    const { sink, state } = narrowSink(100);
    sink.write('é\n');
    expect(state.taken).toBe('é\n');
  });

  it('are kept while they cannot be written, and follow whole and in order once they can', async () => {
    const { sink, state } = narrowSink(2);
    for (const line of ['abc\n', 'def\n', 'ghi\n']) sink.write(line);
    expect(state.taken).toBe('ab');
    state.room = 100;
    await eventually(() => state.taken === 'abc\ndef\nghi\n');
    sink.write('jkl\n');
    expect(state.taken).toBe('abc\ndef\nghi\njkl\n');
  });

  it('are not tried one by one while nothing can be written', () => {
    const { sink, state } = narrowSink(0);
    for (let i = 0; i < 1_000; i++) sink.write('abc\n');
    expect(state.attempts).toBe(1);
  });

  it('are lost beyond a megabyte, and counted', async () => {
    const { sink, state } = narrowSink(0);
    const line = `${'x'.repeat(1023)}\n`;
    for (let i = 0; i < 1024 + 5; i++) sink.write(line);
    state.room = 2 * 1024 * 1024;
    await eventually(() => state.taken.includes('lost'));
    const lines = state.taken.trimEnd().split('\n');
    expect(lines).toHaveLength(1024 + 1);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'warn', lost: 5 });
  });
});
