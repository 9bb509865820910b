import { expect, it } from 'vitest';
import { connectionLimit } from '../../../src/cli/serve/connection-limit.ts';

it('[F5] ports share the file descriptors that the server itself does not need', () => {
  const one = { grpcPort: 'shared', metricsPort: null, adminPort: null } as const;
  const three = { grpcPort: 0, metricsPort: 9090, adminPort: null } as const;
  expect(connectionLimit(one, 1_024)).toBe(960);
  expect(connectionLimit(three, 1_024)).toBe(320);
  expect(connectionLimit(one, 1_048_576)).toBe(4_096);
  expect(connectionLimit(one, null)).toBe(4_096);
  // Too few for anything; whoever connects is still answered.
  expect(connectionLimit(one, 20)).toBe(8);
});
