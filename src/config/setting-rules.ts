import { isLoopbackHost } from './loopback.ts';

/** Values of settings, right or wrong: rules are asked whatever else is at fault. */
type Values = Readonly<Record<string, unknown>>;

/** What settings must be to one another. */
interface SettingRule {
  /** The setting that is to be changed where it does not hold. */
  readonly key: string;
  readonly holds: (values: Values) => boolean;
  readonly message: string;
}

export const SETTING_RULES: readonly SettingRule[] = [
  {
    key: 'host',
    holds: (values) => values.insecure === true || hasKeys(values) || !isReachable(values.host),
    message:
      'other machines could reach this address, and the server would answer anyone; give it API keys with --keys ' +
      '(quept keys create makes them), bind 127.0.0.1, or pass --insecure if the network is trusted',
  },
  {
    key: 'adminPort',
    holds: (values) => values.adminPort == null || hasKeys(values) || !isReachable(values.host),
    message: 'other machines could reach it, and it would obey anyone; give the server API keys with --keys',
  },
  {
    key: 'redisUrl',
    holds: (values) => values.redisUrl == null || hasKeys(values),
    message: 'limits belong to API keys, and there are none; give the server some with --keys',
  },
  {
    key: 'adminPort',
    holds: ({ port, metricsPort, grpcPort, adminPort }) =>
      !adminPort || ![port, metricsPort, grpcPort].includes(adminPort),
    message: 'must differ from port, metricsPort and grpcPort',
  },
  {
    key: 'grpcHost',
    holds: (values) =>
      values.insecure === true ||
      hasKeys(values) ||
      values.grpcTlsClientCa != null ||
      !isReachable(values.grpcHost),
    message:
      'other machines could reach this address, and the server would answer anyone; give it API keys with --keys, ' +
      'ask clients for certificates with --grpc-tls-client-ca, or pass --insecure if the network is trusted',
  },
  {
    key: 'grpcHost',
    holds: ({ grpcPort, grpcHost }) => grpcHost == null || typeof grpcPort === 'number',
    message: 'needs a port of its own for gRPC: set grpcPort',
  },
  {
    key: 'grpcTlsCert',
    holds: ({ grpcPort, grpcTlsCert }) => grpcTlsCert == null || typeof grpcPort === 'number',
    message: 'needs a port of its own for gRPC, since HTTP is served in clear text: set grpcPort',
  },
  {
    key: 'grpcTlsCert',
    holds: ({ grpcTlsCert, grpcTlsKey }) => (grpcTlsCert == null) === (grpcTlsKey == null),
    message: 'grpcTlsCert and grpcTlsKey belong together: set both',
  },
  {
    key: 'grpcTlsClientCa',
    holds: ({ grpcTlsCert, grpcTlsClientCa }) => grpcTlsClientCa == null || grpcTlsCert != null,
    message: 'needs grpcTlsCert and grpcTlsKey: only a TLS server can ask for certificates',
  },
  {
    key: 'grpcPort',
    holds: ({ grpcPort, port, metricsPort }) =>
      grpcPort === 0 || grpcPort === 'off' || (grpcPort !== port && grpcPort !== metricsPort),
    message: "must differ from port and metricsPort; 'shared' serves gRPC on port",
  },
  {
    key: 'metricsPort',
    holds: ({ port, metricsPort }) => metricsPort === null || metricsPort === 0 || metricsPort !== port,
    message: 'must differ from port; leave it out to serve /metrics there',
  },
  {
    key: 'headersTimeoutMs',
    holds: ({ headersTimeoutMs, requestTimeoutMs }) => !(Number(headersTimeoutMs) > Number(requestTimeoutMs)),
    message: 'must not exceed requestTimeoutMs, which includes it',
  },
];

function hasKeys({ keys, keyEntries }: Values): boolean {
  return keys != null || keyEntries != null;
}

function isReachable(host: unknown): boolean {
  return typeof host === 'string' && host !== '' && !isLoopbackHost(host);
}
