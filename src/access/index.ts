export type { AccessControl } from './access-control.ts';
export type { KeyLimits } from './api-key.ts';
export { createAccessControl } from './create-access-control.ts';
export { readKeyDocument } from './key-document.ts';
export { createSecret, digestOf, formatHash, SHORTEST_SECRET } from './key-secret.ts';
export { openAccess } from './open-access.ts';
export { openCaller } from './open-caller.ts';
export { parseKeys } from './parse-keys.ts';
export { probeRedis } from './probe-redis.ts';
