import { setTimeout as wait } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
import { ApiFailure, CODES, Envelopes, type Fields } from './answers.ts';
import { addControls, type Delivery } from './controls.ts';
import { AUDITS } from './endpoints/audits.ts';
import { certificateQuery } from './endpoints/certificates.ts';
import type { Endpoint } from './endpoints/endpoint.ts';
import { ledgerRowsQuery } from './endpoints/ledgers.ts';
import { orderQuery } from './endpoints/orders.ts';
import { poiQuery } from './endpoints/stores.ts';
import { TILL } from './endpoints/till.ts';
import { verifyRecordQuery } from './endpoints/verify-records.ts';
import { type Fault, Faults, SLOW_MS } from './faults.ts';
import { countingIds } from './ids.ts';
import { DOCUMENTED_LIMITS, type Limits, RateLimiter } from './limits.ts';
import { addTokenEndpoints } from './oauth.ts';
import { IssuedTokens } from './tokens.ts';
import type { World } from './world.ts';

export interface AppOptions {
  readonly world: World;
  /** Read at each call: it may be replaced. */
  readonly clientSecret: string;
  readonly faults?: Faults;
  readonly tokens?: IssuedTokens;
  /** Calls a second by endpoint; the documented ones by default. */
  readonly limits?: Limits;
  /** What a call too many gets: 2100004 in a HTTP 200, or a HTTP 429. Both are met in practice. */
  readonly limitAnswer?: 'busy' | 'http429';
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** Sends the outbox after what people do under /sandbox. */
  readonly deliver?: () => Promise<Delivery>;
}

/** The documented endpoints, answered from the world. Its clock is the world's. */
export function sandboxApp(options: AppOptions): Hono {
  const { world, limitAnswer = 'busy' } = options;
  const { now } = world;
  const faults = options.faults ?? new Faults();
  const tokens = options.tokens ?? new IssuedTokens(now);
  // An unreferenced timer: a slow answer does not keep a stopped sandbox alive.
  const sleep = options.sleep ?? ((ms: number) => wait(ms, undefined, { ref: false }));
  const envelopes = new Envelopes(now, countingIds());
  const limiter = new RateLimiter(options.limits ?? DOCUMENTED_LIMITS, now);
  const context = { world, faults, now };

  /** The faulty answer, or null where the true one follows. */
  async function faulty(fault: Fault, empty: Fields): Promise<Response | null> {
    const delayMs = delayOf(fault);
    if (delayMs > 0) await sleep(delayMs);
    switch (fault.mode) {
      case 'ok':
      case 'slow':
      case 'lost':
      case 'misled':
        return null;
      case 'empty':
        return Response.json(envelopes.success(empty));
      case 'denied':
        return failed(new ApiFailure(CODES.capabilityDenied, '应用未获得该能力'));
      case 'code':
        return failed(new ApiFailure(fault.code ?? CODES.busy, '系统繁忙,请稍候再试'));
      case 'garbage':
        return new Response('{"data":{"error_code":0,"descr', {
          headers: { 'content-type': 'application/json' },
        });
      case 'http429':
        return tooMany();
      case 'http500':
        return new Response('Internal Server Error', { status: 500 });
    }
  }

  function failed(failure: ApiFailure): Response {
    return Response.json(envelopes.failure(failure));
  }

  function serve(endpoint: Endpoint) {
    return async (c: Context): Promise<Response> => {
      const fault = faults.take(endpoint.name);
      const instead = await faulty(fault, endpoint.empty);
      if (instead) return instead;
      const tokenRefusal = tokens.refusal(c.req.header('access-token'));
      if (tokenRefusal !== null) return failed(new ApiFailure(tokenRefusal, 'access_token 无效'));
      if (!limiter.allows(endpoint.name)) {
        return limitAnswer === 'http429'
          ? tooMany()
          : failed(new ApiFailure(CODES.busy, '系统繁忙,此时请开发者稍候再试'));
      }
      try {
        const body: unknown =
          endpoint.method === 'POST' ? await c.req.json().catch(() => null) : null;
        const data = endpoint.read(new URL(c.req.url).searchParams, body);
        if (fault.mode === 'lost') return new Response('Internal Server Error', { status: 500 });
        if (fault.mode === 'misled') {
          return failed(new ApiFailure(fault.code ?? CODES.refused, '系统异常'));
        }
        return Response.json(envelopes.success(data));
      } catch (error) {
        if (error instanceof ApiFailure) return failed(error);
        throw error;
      }
    };
  }

  const app = new Hono();
  const queries = [certificateQuery, verifyRecordQuery, orderQuery, poiQuery, ledgerRowsQuery];
  const endpoints = [...queries, ...AUDITS, ...TILL];
  for (const make of endpoints) {
    const endpoint = make(context);
    app.on(endpoint.method ?? 'GET', endpoint.path, serve(endpoint));
  }
  addTokenEndpoints(app, {
    clientKey: world.clientKey,
    clientSecret: () => options.clientSecret,
    tokens,
    faulty: (name, empty) => faulty(faults.take(name), empty),
  });
  addControls(app, { world, faults, tokens, ...(options.deliver && { deliver: options.deliver }) });
  return app;
}

function delayOf(fault: Fault): number {
  return fault.delayMs ?? (fault.mode === 'slow' ? SLOW_MS : 0);
}

function tooMany(): Response {
  return new Response('Too Many Requests', { status: 429, headers: { 'retry-after': '1' } });
}
