export { createGateway, type GatewayOptions } from './create-gateway.ts';
export type { Gateway } from './gateway.ts';
export { resolveMaxTokens, resolveSampling } from './resolve-request.ts';
