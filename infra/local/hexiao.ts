import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { Problem } from '../../lib/errors/problem.ts';
import { problemResponse } from '../../lib/http/problem-response.ts';
import { errorFields, type Log } from '../../lib/log/log.ts';
import type { BatchResponse } from '../../lib/queue/batch.ts';
import { readDepth } from '../../lib/queue/queue.ts';
import { countHints } from '../../lib/store/deliveries/waiting-hints.ts';
import { Table } from '../../lib/store/table.ts';
import { FUNCTIONS, type FunctionName, type FunctionSpec, ROUTES } from '../topology.ts';
import { type Emulators, LOCAL_CREDENTIALS, startEmulators, TABLE_NAME } from './emulators.ts';
import { type LambdaSqsEvent, Poller } from './poller.ts';
import { routeOf } from './routes.ts';

/** A deployed function as the local run calls it. */
export interface FunctionModule {
  /** Functions behind HTTP routes. */
  readonly app?: Hono;
  readonly handler: (event: never) => Promise<unknown>;
}

export interface LocalOptions {
  readonly port: number;
  /** Where the table is kept; in memory when absent. */
  readonly databaseDirectory?: string;
  /** The file with the keys of raw bodies. */
  readonly bodyKeysFile: string;
  readonly proofKeysFile: string;
  /** Lower-case hex SHA-256. */
  readonly operatorTokenHash: string;
  readonly loadFunction: (name: FunctionName) => Promise<FunctionModule>;
  readonly log: Log;
}

export interface LocalHexiao {
  readonly url: string;
  readonly emulators: Emulators;
  /** Stops receiving, waits (bounded) until the queues are empty, stops. @returns messages left */
  stop(): Promise<number>;
}

/** Where the sandboxes of a local run live, which is also where its own emulators do. */
export const LOOPBACK = '127.0.0.0/8,::1';

/** How long stopping waits for the queues to drain: the embedded queue is in memory. */
const DRAIN_MS = 20_000;

/** A failed message is tried again this soon; a deployment waits for the visibility time-out. */
const RETRY_SECONDS = 2;

/** Workers per queue: enough to overlap, on a machine that has other things to do. */
const LOCAL_WORKERS = 3;

/** Starts the whole topology on this machine. Resolves when everything is ready. */
export async function startHexiao(options: LocalOptions): Promise<LocalHexiao> {
  const emulators = await startEmulators(options.databaseDirectory);
  Object.assign(process.env, environmentOf(emulators, options));
  const functions = new Map<FunctionName, FunctionModule>();
  for (const { folder } of FUNCTIONS) functions.set(folder, await options.loadFunction(folder));
  const pollers = FUNCTIONS.flatMap((spec) => pollerOf(spec, functions, emulators, options.log));
  for (const poller of pollers) poller.start();
  const timers = FUNCTIONS.flatMap((spec) => timerOf(spec, functions, options.log));
  const server = await listen(options.port, functions);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    emulators,
    async stop() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      for (const timer of timers) clearInterval(timer);
      const left = await drain(emulators);
      await Promise.all(pollers.map((poller) => poller.stop()));
      await emulators.stop();
      return left;
    },
  };
}

/** The variables that infra/aws gives to functions, and the emulators' addresses for the SDK. */
function environmentOf(
  emulators: Emulators,
  { operatorTokenHash, bodyKeysFile, proofKeysFile }: LocalOptions,
): Record<string, string> {
  const specific = FUNCTIONS.map((spec) => spec.environment ?? {});
  return {
    ...LOCAL_CREDENTIALS,
    ...Object.assign({}, ...specific),
    AWS_ENDPOINT_URL_DYNAMODB: emulators.databaseUrl,
    AWS_ENDPOINT_URL_SQS: emulators.queueUrl,
    TABLE_NAME,
    INTAKE_QUEUE_URL: emulators.queues.intake.url,
    INTAKE_DLQ_URL: emulators.queues.intake.deadLetterUrl,
    ATTRIBUTION_QUEUE_URL: emulators.queues.attribution.url,
    ATTRIBUTION_DLQ_URL: emulators.queues.attribution.deadLetterUrl,
    NOTICES_QUEUE_URL: emulators.queues.notices.url,
    NOTICES_DLQ_URL: emulators.queues.notices.deadLetterUrl,
    OPERATOR_TOKEN_SHA256: operatorTokenHash,
    BODY_KEYS: pathToFileURL(bodyKeysFile).href,
    PROOF_KEYS: pathToFileURL(proofKeysFile).href,
    // Whoever tries it wants to see it: a deployment coalesces more.
    DIMENSIONS_DELAY_SECONDS: '2',
    // Whoever tries things out changes secrets and sends right after, or takes a token away.
    APP_FRESH_SECONDS: '0',
    ACCESS_FRESH_SECONDS: '0',
    // A simulation and its check ask as fast as they can.
    PAYER: process.env.PAYER ?? '{}',
    REQUESTS_A_MINUTE: process.env.REQUESTS_A_MINUTE ?? '0',
    REFERENCE_DIRECTORY: join(import.meta.dirname, '../../docs'),
    ...oidcVariables(bodyKeysFile),
    PRIVATE_ADDRESSES: process.env.PRIVATE_ADDRESSES ?? LOOPBACK,
    // On a terminal only what needs a look; a deployment keeps everything.
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  };
}

/** The issuer of the environment, with its client's secret in a file of the data folder: `{"clientSecret":"…"}`. */
function oidcVariables(besideFile: string): Record<string, string> {
  const { OIDC_ISSUER, OIDC_CLIENT_ID } = process.env;
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID) return {};
  const file = join(dirname(besideFile), 'oidc-secret.json');
  return { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_SECRET: pathToFileURL(file).href };
}

function pollerOf(
  spec: FunctionSpec,
  functions: ReadonlyMap<FunctionName, FunctionModule>,
  emulators: Emulators,
  log: Log,
): Poller[] {
  const { consumes } = spec;
  const module = functions.get(spec.folder);
  if (consumes === undefined || module === undefined) return [];
  const handler = module.handler as (event: LambdaSqsEvent) => Promise<BatchResponse>;
  const { url } = emulators.queues[consumes.queue];
  const { batchSize, queue, maxConcurrency } = consumes;
  const options = { sqs: emulators.sqs, queue, url, batchSize, handler, log };
  // Several at once, as deployed: a batch that waits for a slow platform holds up no other.
  const workers = Math.min(maxConcurrency, LOCAL_WORKERS);
  return Array.from(
    { length: workers },
    () => new Poller({ ...options, retrySeconds: RETRY_SECONDS }),
  );
}

function timerOf(
  spec: FunctionSpec,
  functions: ReadonlyMap<FunctionName, FunctionModule>,
  log: Log,
): NodeJS.Timeout[] {
  const handler = functions.get(spec.folder)?.handler as
    | ((event: object) => Promise<unknown>)
    | undefined;
  if (spec.schedule === undefined || handler === undefined) return [];
  const tick = () => {
    handler({}).catch((error: unknown) => {
      log('error', 'schedule-failed', { function: spec.folder, ...errorFields(error) });
    });
  };
  return [setInterval(tick, spec.schedule.everyMinutes * 60_000)];
}

async function listen(port: number, functions: ReadonlyMap<FunctionName, FunctionModule>) {
  // The connection goes along: it says where a request comes from.
  const fetch = (request: Request, connection: object): Response | Promise<Response> => {
    const name = routeOf(ROUTES, request.method, new URL(request.url).pathname);
    const app = name === undefined ? undefined : functions.get(name)?.app;
    return app === undefined ? noRoute() : app.fetch(request, connection);
  };
  return new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1' }, () => resolve(server));
    server.once('error', reject);
  });
}

function noRoute(): Response {
  const problem = new Problem('not-found', 'No such path. GET /docs lists what there is.');
  return problemResponse(problem, crypto.randomUUID());
}

/** Waits until the queues are empty, or as long as it waits. Hints that wait are safe in the table. */
async function drain({ database, sqs, queues }: Emulators): Promise<number> {
  const table = new Table(database, TABLE_NAME);
  const until = Date.now() + DRAIN_MS;
  for (;;) {
    const depths = await Promise.all(Object.values(queues).map(({ url }) => readDepth(sqs, url)));
    const messages = depths.reduce((sum, { waiting, inFlight }) => sum + waiting + inFlight, 0);
    const left = Math.max(0, messages - (await countHints(table)));
    if (left === 0 || Date.now() > until) return left;
    await sleep(100);
  }
}
