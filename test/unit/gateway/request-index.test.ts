import { describe, expect, it } from 'vitest';
import { WITHOUT_TARGETS } from '../../../src/core/index.ts';
import { RequestIndex } from '../../../src/gateway/request-index.ts';

const request = (engineId: string) => ({
  engineId,
  id: `chatcmpl-${engineId}`,
  level: WITHOUT_TARGETS.level,
});

describe('the index of requests', () => {
  it('finds all requests of a call, for its owner alone', () => {
    const index = new RequestIndex(9);
    index.add('call', 'ann', request('1'));
    index.add('call', 'bob', request('2'));
    index.add('call', 'ann', request('3'));
    const ids = (owner: string) => index.find('call', owner).map(({ engineId }) => engineId);
    expect([ids('ann'), ids('bob'), ids('')]).toEqual([['1', '3'], ['2'], []]);
  });

  it('keeps the newest calls, and of each the newest requests', () => {
    const index = new RequestIndex(2);
    for (const call of ['a', 'b', 'a', 'c']) index.add(call, '', request(call));
    expect(['a', 'b', 'c'].map((call) => index.find(call, '').length)).toEqual([2, 0, 1]);
    for (let i = 0; i < 300; i++) index.add('c', '', request(`c${i}`));
    const kept = index.find('c', '');
    expect([kept.length, kept.at(-1)?.engineId]).toEqual([256, 'c299']);
    const none = new RequestIndex(0);
    none.add('a', '', request('a'));
    expect(none.find('a', '')).toEqual([]);
  });
});
