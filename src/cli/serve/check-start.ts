import { checkKeySources, parseRedisUrl } from '../../access/index.ts';
import type { ServeConfig } from '../../config/index.ts';
import { openArtefact } from '../../quant/index.ts';
import { checkListenable } from '../../server/index.ts';
import { checkTogether } from './check-together.ts';
import { readGrpcTls } from './grpc-tls.ts';
import { prepareRecording } from './recording-target.ts';

/**
 * Looks at what settings name and only the machine can tell, before anything is started: the model's folder, files,
 * keys, ports. What is wrong with the weights themselves shows when they are read.
 *
 * Rejects with QueptError that tells every fault.
 */
export async function checkStart(config: ServeConfig, modelDirectory: () => string): Promise<void> {
  const { host, grpcHost, port, grpcPort, metricsPort, adminPort, record, redisUrl } = config;
  const ports = [
    [host, port],
    [host, metricsPort],
    [host, adminPort],
    [grpcHost ?? host, grpcPort],
  ] as const;
  await checkTogether([
    async () => (await openArtefact(modelDirectory(), { verify: false })).close(),
    () => record !== null && prepareRecording(record),
    () => readGrpcTls(config),
    () => checkKeySources({ path: config.keys, entries: config.keyEntries }),
    () => redisUrl !== null && parseRedisUrl(redisUrl),
    ...ports.map(([address, number]) => async () => {
      if (typeof number === 'number' && number !== 0) await checkListenable(address, number);
    }),
  ]);
}
