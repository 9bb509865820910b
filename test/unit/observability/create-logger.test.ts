import { describe, expect, it } from 'vitest';
import { createLogger, type LogLevel } from '../../../src/observability/index.ts';

function capture(level: LogLevel) {
  const lines: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => lines.push(line) } });
  return { logger, records: () => lines.map((line) => JSON.parse(line)) };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with the fields of its parents', () => {
    const { logger, records } = capture('info');
    logger.child({ request_id: 'req_1' }).info({ status: 200 }, 'request');
    expect(records()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        request_id: 'req_1',
        status: 200,
        msg: 'request',
      },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { logger, records } = capture('warn');
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.warn({}, 'c');
    logger.error({}, 'd');
    expect(records().map((record) => record.msg)).toEqual(['c', 'd']);
  });

  it('shows errors with stack and cause', () => {
    const { logger, records } = capture('error');
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(records()[0].err.stack).toContain('outer');
    expect(records()[0].err.stack).toContain('inner');
  });

  it.each(['authorization', 'apiKey', 'prompt', 'messages'])('never shows %s', (field) => {
    const { logger, records } = capture('info');
    logger.info({ [field]: 'secret', headers: { [field]: 'secret' } }, 'request');
    expect(JSON.stringify(records())).not.toContain('secret');
  });
});
