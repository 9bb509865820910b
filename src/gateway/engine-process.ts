import { QueptError } from '../core/index.ts';
import { artefactEmbedding, artefactWeights, loadTokenizer, openDeviceRunner } from '../engine/index.ts';
import { GrammarConstrainer } from '../grammar/index.ts';
import { openArtefact } from '../quant/index.ts';
import {
  BATCH_POLICIES,
  createDecisionHistory,
  createLearnedCost,
  createScheduler,
  createStepWriter,
  type DecisionHistory,
  joinLogs,
  longestStepMs,
  POLICIES,
  profileSteps,
  StatisticsCollector,
  unloadedProfile,
} from '../scheduler/index.ts';
import type { DecisionQuery, EngineSettings, FromEngine, ToEngine } from './channel.ts';
import { EngineLoop } from './engine-loop.ts';
import { RecordingFile } from './recording-file.ts';
import { TransferCount } from './transfer-count.ts';

// Entry of the engine process: loads one artefact and runs the step loop until its parent lets go of it.

let loop: EngineLoop | null = null;
let history: DecisionHistory | null = null;

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
    case 'decision-query':
      answer(message);
      return;
    case 'ping':
      void post({ type: 'pong' });
      return;
    case 'stop':
      loop?.stop();
      return;
    default:
      message satisfies never;
  }
});

async function serve(settings: EngineSettings): Promise<void> {
  const { artefactDirectory, slots, contextLength, prefillChunk, threads, policy, prefixSharing } = settings;
  const artefact = await openArtefact(artefactDirectory, { verify: true });
  const textDecoder = await loadTokenizer(artefactDirectory, 'invalid_artefact');
  const opened = await openDeviceRunner(artefactWeights(artefact), await artefactEmbedding(artefact), {
    slots,
    contextLength,
    threads,
    device: settings.device,
    deviceMemoryBytes: settings.deviceMemoryBytes,
    onFallback: (reason) => note(`attention in place does not work here, using the slower one: ${reason}`),
    onNote: note,
    onDeviceLost,
  });
  const { runner, device } = opened;
  const transfers = new TransferCount(opened.transfers);
  const { ladder } = artefact.manifest;
  const constrainer = new GrammarConstrainer({
    size: runner.shape.vocabSize,
    tokenBytes: (id) => textDecoder.tokenBytes(id),
    specialName: (id) => textDecoder.specialName(id),
    endTokenIds: textDecoder.endTokenIds,
  });
  const cost = createLearnedCost(ladder.length, await profileSteps(runner, ladder, performance));
  // Before the first request can teach it what a loaded machine costs.
  const profile = unloadedProfile(cost, ladder, prefillChunk);
  const limits = { prefillChunk, maxBatch: slots };
  const bounds = { rungs: ladder.length, slots, prefillChunk, contextLength: runner.shape.contextLength };
  // Only a policy that lowers precision can keep the pace that deadlines ask for.
  const batching = policy === 'slo' ? 'deadline' : 'first-come';
  const statistics = new StatisticsCollector();
  history = settings.decisionLog > 0 ? createDecisionHistory({ requests: settings.decisionLog }) : null;
  const recording = settings.record === null ? null : new RecordingFile(settings.record, note);
  const write = (line: string): void => recording?.write(line);
  const header = { policy, batching, ladder, limits } as const;
  const decisions = joinLogs([
    ...(history === null ? [] : [history]),
    ...(recording === null ? [] : [createStepWriter({ header, cost, write })]),
  ]);
  loop = new EngineLoop(
    (emit, onReuse) =>
      createScheduler({
        runner,
        ladder,
        textDecoder,
        clock: performance,
        constrainer,
        // Admission is the parent's: whatever it sends has a place.
        limits: { ...limits, maxWaiting: Number.MAX_SAFE_INTEGER },
        precisionPolicy: POLICIES[policy](ladder),
        batchPolicy: BATCH_POLICIES[batching](),
        cost,
        statistics,
        ...(decisions !== undefined && { decisions }),
        prefixCache: { sharing: prefixSharing },
        emit,
        onReuse,
        onFault: (fault) => note(describe(fault)),
      }),
    () => ({
      ...statistics.take(),
      cost: {
        errors: cost.errors(),
        slowness: cost.parameters().slowness,
        longestStepMs: longestStepMs(cost, bounds),
      },
      transfers: transfers.take(),
    }),
    post,
  );
  const longest = longestStepMs(cost, bounds);
  await post({ type: 'ready', shape: runner.shape, device, profile, longestStepMs: longest });
  await loop.run();
  await recording?.close();
  await runner.close();
  await artefact.close();
  process.disconnect();
}

/** The history changes between two steps' awaits only, so it may be read whenever a message is. */
function answer({ query, ids }: DecisionQuery): void {
  void post({ type: 'decision-answer', query, trails: ids.map((id) => history?.trailOf(id) ?? null) });
}

/** Resolves when the message has left, so that a parent that does not read holds up the step loop. */
function post(message: FromEngine): Promise<void> {
  return new Promise((resolve) => {
    // It fails only when the parent is gone, and then 'disconnect' ends this process.
    process.send?.(message, () => resolve());
  });
}

/** What was on the device is gone, so this process goes as well. The pass never ends: no request hears of it from here. */
function onDeviceLost(fault: unknown): Promise<void> {
  note(describe(fault));
  die(new QueptError('engine_unavailable', 'The device failed in the middle of a pass.'));
  return new Promise(() => {});
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
