import { type Handler, Hono } from 'hono';
import { type KeyAdministration, QueptError, type ServerStatus } from '../../core/index.ts';
import type { LeveledLogger, LogLevel } from '../../observability/index.ts';
import { LOG_LEVELS } from '../../observability/index.ts';
import { keyStatusJson, serverStatusJson } from '../../protocol/index.ts';
import { reportFailure } from '../report-failure.ts';
import { authenticated } from './authenticated.ts';
import { errorResponse } from './error-response.ts';
import type { HttpAppDependencies } from './http-app-options.ts';
import type { HttpEnv } from './http-env.ts';
import { readJsonBody } from './read-json-body.ts';
import { requestScope } from './request-scope.ts';

export interface AdminAppDependencies
  extends Pick<HttpAppDependencies, 'authenticate' | 'clock' | 'createId'> {
  readonly logger: LeveledLogger;
  /** Null where there are no keys. */
  readonly keys: KeyAdministration | null;
  readonly status: () => ServerStatus;
}

const MAX_BODY_BYTES = 4_096;

/** What operators do while the server runs, for a port of its own. Where there are keys, one with the scope `admin` opens it. */
export function createAdminApp(dependencies: AdminAppDependencies): Hono<HttpEnv> {
  const { authenticate, logger, keys, status } = dependencies;
  const app = new Hono<HttpEnv>();
  app.use(requestScope(dependencies));
  app.use(authenticated(authenticate, { scopeOf: () => 'admin', openPaths: new Set() }));
  app.get('/admin/status', (context) =>
    context.json({ ...serverStatusJson(status()), limits: limitsOf(keys) }),
  );
  app.get('/admin/keys', async (context) =>
    context.json({ object: 'list', data: (await requireKeys(keys).statuses()).map(keyStatusJson) }),
  );
  app.post('/admin/keys/reload', (context) => {
    const reloaded = requireKeys(keys).reload();
    logger.info({ ...reloaded }, 'API keys loaded again on demand');
    return context.json({ object: 'api_keys.reload', ...reloaded });
  });
  app.get('/admin/log-level', (context) => context.json({ object: 'log_level', level: logger.level }));
  app.put('/admin/log-level', setLogLevel(logger));
  app.notFound((context) => {
    const error = new QueptError(
      'not_found',
      'Here are GET /admin/status, GET /admin/keys, POST /admin/keys/reload, GET and PUT /admin/log-level.',
    );
    return errorResponse(reportFailure(error, false, context.get('access')));
  });
  app.onError((thrown, context) =>
    errorResponse(reportFailure(thrown, context.req.raw.signal.aborted, context.get('access'))),
  );
  return app;
}

function setLogLevel(logger: LeveledLogger): Handler<HttpEnv> {
  return async (context) => {
    const body = await readJsonBody(context.req.raw, MAX_BODY_BYTES);
    const wanted = 'level' in body ? body.level : undefined;
    const level = LOG_LEVELS.find((each) => each === wanted);
    if (level === undefined) {
      throw new QueptError('invalid_request', `'level' must be one of ${LOG_LEVELS.join(', ')}.`, {
        param: 'level',
      });
    }
    changeLevel(logger, level);
    return context.json({ object: 'log_level', level });
  };
}

/** Told at the lower of both levels, or nobody would read it. */
function changeLevel(logger: LeveledLogger, level: LogLevel): void {
  const from = logger.level;
  logger.info({ from, to: level }, 'log level changed');
  logger.level = level;
}

function requireKeys(keys: KeyAdministration | null): KeyAdministration {
  if (keys !== null) return keys;
  throw new QueptError('not_found', 'This server has no API keys. Start it with --keys.');
}

function limitsOf(keys: KeyAdministration | null): 'none' | 'local' | 'shared' {
  if (keys === null) return 'none';
  return keys.limitsShared ? 'shared' : 'local';
}
