import { X509Certificate } from 'node:crypto';
import type { ServeConfig } from '../../config/index.ts';
import { QueptError } from '../../core/index.ts';
import { readGrpcTls } from '../serve/grpc-tls.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'certificates';
const DAY_MS = 86_400_000;
const WARN_DAYS = 14;
const REMEDY = 'Renew the certificate (grpcTlsCert) and start the server again.';

/** Reads the certificates that the settings name, as the server does; null where there are none. */
export function checkCertificates(config: ServeConfig, epochMs: number = Date.now()): Finding | null {
  try {
    const tls = readGrpcTls(config);
    if (tls === null) return null;
    const days = (Date.parse(new X509Certificate(tls.certificate).validTo) - epochMs) / DAY_MS;
    if (days < 0) return fail(CHECK, `${config.grpcTlsCert} has expired`, REMEDY);
    const told = `${config.grpcTlsCert} is valid for ${Math.floor(days)} days`;
    return days < WARN_DAYS ? warn(CHECK, told, REMEDY) : ok(CHECK, told);
  } catch (thrown) {
    if (!(thrown instanceof QueptError)) throw thrown;
    return fail(CHECK, thrown.message, 'Correct the file or the setting that names it.');
  }
}
