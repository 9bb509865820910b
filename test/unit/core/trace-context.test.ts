import { describe, expect, it } from 'vitest';
import { parseTraceContext } from '../../../src/core/index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a trace context', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    // Other bits are others' business.
    [`00-${TRACE}-${SPAN}-02`, false],
    [`00-${TRACE}-${SPAN}-03`, true],
    // A later version may add to the end.
    [`cc-${TRACE}-${SPAN}-01-what-comes`, true],
  ])('is read from %s', (header, sampled) => {
    expect(parseTraceContext(header, null)).toEqual({ traceId: TRACE, spanId: SPAN, sampled, state: null });
  });

  it.each([
    null,
    undefined,
    '',
    'x',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}1-${SPAN}-01`,
  ])('is none in %j', (header) => {
    expect(parseTraceContext(header, 'a=b')).toBeNull();
  });

  it('passes on what tracing systems tell one another, up to a length', () => {
    const header = `00-${TRACE}-${SPAN}-01`;
    expect(parseTraceContext(header, 'vendor=1,other=2')?.state).toBe('vendor=1,other=2');
    expect(parseTraceContext(header, `a=${'x'.repeat(600)}`)?.state).toBeNull();
  });
});
