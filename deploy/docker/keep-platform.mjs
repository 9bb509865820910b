// Removes what ONNX Runtime brings for other systems and processors than this one: some 200 MB.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BINARIES = join('node_modules', 'onnxruntime-node', 'bin');

for (const api of readdirSync(BINARIES)) {
  for (const system of readdirSync(join(BINARIES, api))) {
    for (const processor of readdirSync(join(BINARIES, api, system))) {
      if (system === process.platform && processor === process.arch) continue;
      rmSync(join(BINARIES, api, system, processor), { recursive: true });
    }
  }
}
