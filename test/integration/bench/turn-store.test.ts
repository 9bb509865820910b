import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TurnStore } from '../../../src/bench/peer/turn-store.ts';
import { peerTurn, SMALL_LOAD } from '../../support/peer-turn.ts';

test('turns are kept in their folder, under one load only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quept-turns-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const turn = peerTurn('peer Q8_0', 2, [10, 20]);
  const store = await TurnStore.open(folder, SMALL_LOAD);
  expect(await store.read('peer Q8_0', 2)).toBeNull();
  await store.write(turn);
  const again = await TurnStore.open(folder, SMALL_LOAD);
  expect(await again.read('peer Q8_0', 2)).toEqual(turn);
  expect(await again.read('peer Q8_0', 1)).toBeNull();
  await expect(TurnStore.open(folder, { ...SMALL_LOAD, ttftMs: 1 })).rejects.toThrow('under another load');
  await writeFile(join(folder, 'round-2-peer-q8_0.json'), '{}');
  await expect(again.read('peer Q8_0', 2)).rejects.toThrow('is damaged');
});
