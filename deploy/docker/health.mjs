// The image's health check: whether the server takes requests. It ends with 0 for yes and 1 for no.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const { QUEPT_PORT, QUEPT_HOST, QUEPT_CONFIG } = process.env;
const ALL_ADDRESSES = ['0.0.0.0', '::'];

/** Where the server listens by its environment or its config file, as the server looks for it. It sees no flags. */
function address() {
  const { host = '127.0.0.1', port = 8080 } = {
    ...fromFile(),
    ...set({ host: QUEPT_HOST, port: QUEPT_PORT }),
  };
  if (ALL_ADDRESSES.includes(host)) return `127.0.0.1:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function fromFile() {
  try {
    const { host, port } = (QUEPT_CONFIG && parse(readFileSync(QUEPT_CONFIG, 'utf8'))) || {};
    return set({ host, port });
  } catch {
    return {};
  }
}

/** An empty variable is an unset one. */
function set(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
}

try {
  const response = await fetch(`http://${address()}/health/ready`, {
    signal: AbortSignal.timeout(4000),
  });
  process.stdout.write(`${response.status}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
