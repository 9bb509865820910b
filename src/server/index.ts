export { checkListenable } from './check-listenable.ts';
export { createGrpcServer, type GrpcServer } from './grpc/create-grpc-server.ts';
export {
  DEFAULT_GRPC_SERVER_OPTIONS,
  type GrpcServerDependencies,
  type GrpcServerOptions,
  type GrpcTls,
} from './grpc/grpc-server-options.ts';
export { type GrpcPort, startGrpcPort } from './grpc/start-grpc-port.ts';
export { type AdminAppDependencies, createAdminApp } from './http/create-admin-app.ts';
export { createHttpApp } from './http/create-http-app.ts';
export { createMetricsApp } from './http/create-metrics-app.ts';
export type { Dashboard, PageFile } from './http/dashboard/dashboard.ts';
export {
  DEFAULT_HTTP_APP_OPTIONS,
  type HttpAppDependencies,
  type HttpAppOptions,
} from './http/http-app-options.ts';
export type { HttpEnv } from './http/http-env.ts';
export {
  type FetchApp,
  type HttpServerHandle,
  type HttpServerOptions,
  startHttpServer,
} from './http/start-http-server.ts';
