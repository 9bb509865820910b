import { QueptError } from '../core/index.ts';
import { artefactEmbedding, artefactWeights, loadTokenizer, openRunner } from '../engine/index.ts';
import { openArtefact } from '../quant/index.ts';
import {
  BATCH_POLICIES,
  createLearnedCost,
  createScheduler,
  POLICIES,
  profileSteps,
  unloadedProfile,
} from '../scheduler/index.ts';
import type { EngineSettings, FromEngine, ToEngine } from './channel.ts';
import { EngineLoop } from './engine-loop.ts';

// Entry of the engine process: loads one artefact and runs the step loop until its parent lets go of it.

let loop: EngineLoop | null = null;

process.title = 'quept-engine';
// Ctrl-C and some supervisors signal the whole group; when the engine goes is for the parent to say.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', die);
process.on('unhandledRejection', die);
process.on('message', (received) => {
  const message = received as ToEngine;
  switch (message.type) {
    case 'start':
      serve(message.settings).catch(die);
      return;
    case 'work':
      loop?.receive(message);
      return;
    case 'stop':
      loop?.stop();
      return;
    default:
      message satisfies never;
  }
});

async function serve(settings: EngineSettings): Promise<void> {
  const { artefactDirectory, slots, contextLength, prefillChunk, threads, policy } = settings;
  const artefact = await openArtefact(artefactDirectory, { verify: true });
  const textDecoder = await loadTokenizer(artefactDirectory, 'invalid_artefact');
  const runner = await openRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
    slots,
    contextLength,
    threads,
    onFallback: (reason) => note(`attention in place does not work here, using the slower one: ${reason}`),
  });
  const { ladder } = artefact.manifest;
  const cost = createLearnedCost(ladder.length, await profileSteps(runner, ladder, performance));
  // Before the first request can teach it what a loaded machine costs.
  const profile = unloadedProfile(cost, ladder, prefillChunk);
  loop = new EngineLoop(
    (emit) =>
      createScheduler({
        runner,
        ladder,
        textDecoder,
        clock: performance,
        // Admission is the parent's: whatever it sends has a place.
        limits: { prefillChunk, maxBatch: slots, maxWaiting: Number.MAX_SAFE_INTEGER },
        precisionPolicy: POLICIES[policy](ladder),
        // Only a policy that lowers precision can keep the pace that deadlines ask for.
        batchPolicy: BATCH_POLICIES[policy === 'slo' ? 'deadline' : 'first-come'](),
        cost,
        emit,
        onFault: (fault) => note(describe(fault)),
      }),
    post,
  );
  await post({ type: 'ready', shape: runner.shape, profile });
  await loop.run();
  await runner.close();
  await artefact.close();
  process.disconnect();
}

/** Resolves when the message has left, so that a parent that does not read holds up the step loop. */
function post(message: FromEngine): Promise<void> {
  return new Promise((resolve) => {
    // It fails only when the parent is gone, and then 'disconnect' ends this process.
    process.send?.(message, () => resolve());
  });
}

/** Tells the parent why, then ends. The stack goes to the log only. */
function die(thrown: unknown): void {
  if (!(thrown instanceof QueptError)) note(describe(thrown));
  const code = thrown instanceof QueptError ? thrown.code : 'internal_error';
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  post({ type: 'fatal', code, message }).finally(() => process.exit(1));
}

/** One line of the parent's log per line. */
function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
