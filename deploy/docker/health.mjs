// The image's health check: whether the server takes requests. It ends with 0 for yes and 1 for no.
import { readFileSync } from 'node:fs';

const { QUEPT_PORT, QUEPT_CONFIG } = process.env;

/** The port that the server has by its environment or its config file, as the server looks for it. */
function port() {
  if (QUEPT_PORT) return QUEPT_PORT;
  if (!QUEPT_CONFIG) return 8080;
  try {
    return JSON.parse(readFileSync(QUEPT_CONFIG, 'utf8')).port ?? 8080;
  } catch {
    return 8080;
  }
}

try {
  const response = await fetch(`http://127.0.0.1:${port()}/health/ready`, {
    signal: AbortSignal.timeout(4000),
  });
  process.stdout.write(`${response.status}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
