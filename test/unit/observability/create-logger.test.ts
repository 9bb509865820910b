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

  it.each([
    ['a key of ours', `quept_${'aB3-_'.repeat(9)}`],
    ['a key of others', 'sk-proj-abcdefghijklmnop'],
    ['a header', 'Bearer abcdefgh12345678'],
    ['a password in an address', 'hunter2'],
  ])('takes out %s wherever it stands', (_, secret) => {
    const { logger, records } = capture('info');
    const text = secret === 'hunter2' ? `redis://user:${secret}@host:6379` : secret;
    logger
      .child({ request_id: text })
      .info({ deep: { er: [text] }, err: new Error(text) }, `failed: ${text}`);
    expect(JSON.stringify(records())).not.toContain(secret);
    expect(records()[0].msg).toContain('[redacted]');
  });

  it('leaves names of metrics and files as they are', () => {
    const { logger, records } = capture('info');
    const text = 'quept_slo_attainment_total of /models/task-sk-small-and-more at http://host:4318/v1';
    logger.info({}, text);
    expect(records()[0].msg).toBe(text);
  });
});

describe('lines for people', () => {
  it('have time, level, message and fields, one line but for stacks', () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: 'info',
      format: 'pretty',
      destination: { write: (line) => lines.push(line) },
    });
    logger.child({ request_id: 'req_1' }).info({ status: 200, what: 'two\nlines', list: ['a'] }, 'request');
    logger.error({ err: new Error('broken') }, 'failed');
    expect(lines[0]).toMatch(
      /^\d{4}-\S+Z INFO {2}request request_id=req_1 status=200 what="two\\nlines" list=\["a"\]\n$/,
    );
    expect(lines[1]).toMatch(/^\S+ ERROR failed\n {4}Error: broken\n {8}at .*\n$/s);
  });
});
