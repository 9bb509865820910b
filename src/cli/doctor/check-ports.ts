import type { ServeConfig } from '../../config/index.ts';
import { QueptError } from '../../core/index.ts';
import { checkListenable } from '../../server/index.ts';
import { type Finding, fail, ok } from './finding.ts';

/** Listens on each port that the settings name, for a moment. */
export async function checkPorts(config: ServeConfig): Promise<Finding[]> {
  const { host, grpcHost, port, grpcPort, metricsPort, adminPort } = config;
  const ports: readonly (readonly [string, string, number | string | null])[] = [
    ['port', host, port],
    ['grpcPort', grpcHost ?? host, grpcPort],
    ['metricsPort', host, metricsPort],
    ['adminPort', host, adminPort],
  ];
  const findings: Finding[] = [];
  for (const [check, address, number] of ports) {
    if (typeof number === 'number') findings.push(await checkPort(check, address, number));
  }
  return findings;
}

async function checkPort(check: string, host: string, port: number): Promise<Finding> {
  try {
    await checkListenable(host, port);
    return ok(check, port === 0 ? `${host} can be listened on` : `${host}:${port} is free`);
  } catch (thrown) {
    if (!(thrown instanceof QueptError)) throw thrown;
    return fail(check, thrown.message, `Make it free, or set another ${check} or host.`);
  }
}
