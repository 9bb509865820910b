import { RedisConnection, redisScript } from './redis-connection.ts';

const SCRIPT = redisScript("return redis.call('TIME')[1]");

/** What a Redis that answers says. */
export interface RedisAnswer {
  /** Host and port. */
  readonly address: string;
  /** Its time of day, seconds since the epoch. */
  readonly epochSeconds: number;
}

/** Runs a script in it, as counting limits does. Rejects when there is no connection, or no answer in time. */
export async function probeRedis(url: string, timeoutMs: number): Promise<RedisAnswer> {
  const connection = await RedisConnection.open(url, timeoutMs);
  try {
    const epochSeconds = Number(await connection.run(SCRIPT, [], []));
    return { address: connection.address, epochSeconds };
  } finally {
    await connection.close();
  }
}
