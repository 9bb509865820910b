import { expect, it } from 'vitest';
import { toldParam } from '../../../src/protocol/index.ts';

it.each([
  ['temperature', 'temperature'],
  ['messages[2].content', 'messages[2].content'],
  ['tools', 'tools'],
  ['x-slo-ttft-ms', 'x-slo-ttft-ms'],
  ['options.max_tokens', 'options.max_tokens'],
  ['conversation.messages[0].role', 'conversation.messages[0].role'],
  ['sk-2f6a01', '*'],
  ['logit_bias.my secret', 'logit_bias.*'],
  ['messages[0].my.own', 'messages[0].*.*'],
])('tells %s as %s', (param, told) => {
  expect(toldParam(param)).toBe(told);
});
