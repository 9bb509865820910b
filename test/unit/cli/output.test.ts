import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOutput, reportFailure } from '../../../src/cli/output.ts';
import { QueptError } from '../../../src/core/index.ts';

function streams() {
  const out: string[] = [];
  const err: string[] = [];
  return {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    out: () => out.join(''),
    err: () => err.join(''),
  };
}

afterEach(() => vi.unstubAllEnvs());

describe('createOutput', () => {
  it('[L1] prints one JSON document with --json', () => {
    const io = streams();
    const output = createOutput(true, io);
    output.note('working');
    output.result({ averageBits: 4 }, () => 'four bits');
    expect(JSON.parse(io.out())).toEqual({ averageBits: 4 });
    expect(io.err()).toBe('working\n');
  });

  it('[L1] prints text without it', () => {
    const io = streams();
    createOutput(false, io).result({}, () => 'four bits');
    expect(io.out()).toBe('four bits\n');
  });
});

describe('reportFailure', () => {
  it.each([
    ['invalid_usage', 2],
    ['invalid_config', 2],
    ['invalid_checkpoint', 1],
    ['internal_error', 1],
    ['cancelled', 130],
  ] as const)('[L2] ends %s with %d and one line', (code, exit) => {
    const io = streams();
    expect(reportFailure(new QueptError(code, 'what is wrong'), false, io)).toBe(exit);
    expect(io.err()).toBe('quept: what is wrong\n');
    expect(io.out()).toBe('');
  });

  it('[L2] shows no stack of an unexpected fault', () => {
    const io = streams();
    expect(reportFailure(new TypeError('x is not a function'), false, io)).toBe(1);
    expect(io.err()).toBe('quept: x is not a function\n');
  });

  it('shows stack and cause with QUEPT_DEBUG', () => {
    vi.stubEnv('QUEPT_DEBUG', '1');
    const io = streams();
    reportFailure(new QueptError('invalid_artefact', 'bad', { cause: new Error('EACCES') }), false, io);
    expect(io.err()).toMatch(/^quept: bad\nQueptError: bad\n {4}at [\s\S]*caused by Error: EACCES\n {4}at /);
  });

  it('adds a JSON document with --json', () => {
    const io = streams();
    reportFailure(new QueptError('invalid_artefact', 'bad'), true, io);
    expect(JSON.parse(io.out())).toEqual({ error: { code: 'invalid_artefact', message: 'bad' } });
    expect(io.err()).toBe('quept: bad\n');
  });
});
