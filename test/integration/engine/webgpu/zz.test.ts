import { test } from 'vitest';
import { artefactEmbedding, artefactWeights, openWebGpuRunner } from '../../../../src/engine/index.ts';
import { openArtefact } from '../../../../src/quant/index.ts';
import { useSoftwareGpu } from '../../../support/software-gpu.ts';
import { writeTinyArtefact } from '../../../support/tiny-artefact.ts';
useSoftwareGpu();
test('x', async () => {
  for (const context of [256, 4096, 128]) {
    const t00 = performance.now();
    const tiny = await writeTinyArtefact({ contextLength: context, sizes: { layers: 1, hiddenSize: 32, intermediateSize: 64, heads: 2, kvHeads: 2, vocabSize: 300 } });
    const artefact = await openArtefact(tiny.directory, { verify: false });
    console.log('opening');const { runner } = await openWebGpuRunner(artefactWeights(artefact), await artefactEmbedding(artefact), { slots: 4, adapter: { name: 's', kind: 'software', shaderF16: false, memory: null } });
    console.log('open', context, performance.now() - t00);
    const slot = runner.acquireSlot()!;
    for (const [rung, precision] of artefact.manifest.ladder.entries()) for (const n of [4]) {
      const rows = [{ slot, tokens: new Int32Array(n).fill(5), logits: 'last' as const }];
      await runner.execute({ precision, rows });
      const t0 = performance.now(); const c0 = process.cpuUsage();
      for (let i = 0; i < 20; i++) await runner.execute({ precision, rows });
      const c = process.cpuUsage(c0);
      console.log(context, rung, n, ((performance.now() - t0) / 20).toFixed(1), ((c.user + c.system) / 20000).toFixed(1));
    }
    console.log('closing'); await runner.close(); console.log('closed'); await artefact.close(); await tiny.remove();
  }
}, 60000);
