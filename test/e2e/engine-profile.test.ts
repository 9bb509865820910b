import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyMessage } from '../../src/gateway/channel.ts';
import type { EngineChild } from '../../src/gateway/engine-child.ts';
import { unloadedMachine, unloadedTimes } from '../../src/scheduler/index.ts';
import { builtModule } from '../support/built-cli.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

let artefact: TinyArtefact;

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 64 });
});
afterAll(() => artefact.remove());

it('an engine process says with its readiness what the highest precision costs unloaded', async () => {
  const built = (await import(pathToFileURL(await builtModule('gateway/engine-child.js')).href)) as {
    EngineChild: typeof EngineChild;
  };
  let child: EngineChild | undefined;
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child = new built.EngineChild({
      entry: new URL(pathToFileURL(`${import.meta.dirname}/../../dist/gateway/engine-process.js`)),
      settings: {
        artefactDirectory: artefact.directory,
        slots: 2,
        contextLength: 64,
        prefillChunk: 16,
        policy: 'fixed',
        prefixSharing: 'owner',
        threads: 1,
        device: 'cpu',
        deviceMemoryBytes: null,
        decisionLog: 0,
        record: null,
      },
      onReady: resolve,
      onStep: () => {},
      onDecisions: () => {},
      onPong: () => {},
      onLine: () => {},
      onExit: (how, fatal) => reject(new Error(`${how}: ${fatal?.message}`)),
    });
  });
  expect(ready.shape).toMatchObject({ slots: 2, contextLength: 64 });
  expect(ready.profile).toMatchObject({ prefillChunk: 16 });
  const { prefillMs, stepMs } = unloadedTimes(128, unloadedMachine(ready.profile));
  expect(stepMs).toBeGreaterThan(0);
  expect(ready.longestStepMs).toBeGreaterThan(stepMs);
  // A prompt of 128 tokens is more work than one row.
  expect(prefillMs).toBeGreaterThan(stepMs);
  child?.kill();
  await child?.ended;
});
