import { expect } from 'vitest';
import * as z from 'zod';
import type { Event } from '../../../lib/events/event.ts';
import { MESSAGE_VERSION } from '../../../lib/queue/messages.ts';
import { recordEvent } from '../../../lib/store/ledger/events.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { amountsOf, redeemed, START_MS } from '../../lib/make.ts';
import { checkDocumented } from '../../support/documented.ts';
import { fresh } from '../../support/fresh.ts';
import { type HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';

export { fresh };

/** What the tests of the API share: asking, reading answers, and a provider with something to see. */

export const WINDOW = 'from=2025-10-01&to=2025-10-31';

export const MINUTE_MS = 60_000;

/** A clock that stands still until a test sets it. */
export class Clock {
  ms = START_MS;
  readonly now = () => this.ms;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Asking {
  /** As the operator when absent; null for none. */
  readonly token?: string | null;
  /** An object is sent as JSON, everything else as it is. */
  readonly body?: object | string;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function ask(
  { api }: HexiaoUnderTest,
  method: string,
  path: string,
  { token = OPERATOR_TOKEN, body, bytes, headers = {} }: Asking = {},
): Promise<Reply> {
  const content = bytes ?? (typeof body === 'object' ? JSON.stringify(body) : body);
  const response = await api.request(path, {
    method,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  checkDocumented(method, path, response, text);
  return { status: response.status, headers: response.headers, text };
}

/** The header of somebody who signed in to the pages with a token. Without a session it is of no use. */
export async function cookieOf(
  hexiao: HexiaoUnderTest,
  token: string,
): Promise<{ cookie: string }> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ token }).toString();
  const { headers: answered } = await ask(hexiao, 'POST', '/sign-in', {
    token: null,
    body,
    headers,
  });
  return { cookie: answered.getSetCookie()[0]?.split(';')[0] ?? 'hexiao_session=none' };
}

/** The JSON of an answer that must be a success. */
export function read<S extends z.ZodType>(reply: Reply, schema: S): z.infer<S> {
  expect(reply.status, reply.text).toBeLessThan(300);
  return schema.parse(JSON.parse(reply.text));
}

const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  code: z.string(),
  retryable: z.boolean(),
  requestId: z.string().min(1),
});
export type ProblemBody = z.infer<typeof problemSchema>;

/** Holds an answer against the one form of every error. */
export function expectProblem(reply: Reply, status: number, code: string): ProblemBody {
  expect(`${reply.status} ${reply.text}`).toMatch(new RegExp(`^${status} .*"code":"${code}"`));
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemSchema.parse(JSON.parse(reply.text));
  expect(problem).toMatchObject({ status, code, type: `urn:hexiao:problem:${code}` });
  return problem;
}

const rollupShape = {
  redeemedFen: z.int(),
  refundedFen: z.int(),
  redeemedCount: z.int(),
  commissionFen: z.int(),
};

export const storesAnswer = z.strictObject({
  stores: z.array(
    z.strictObject({
      platform: z.string(),
      storeId: z.string(),
      name: z.string().nullable(),
      merchantId: z.string().nullable(),
      reversedCount: z.int(),
      ...rollupShape,
    }),
  ),
  order: z.enum(['redeemedFen', 'store']),
  next: z.string().nullable(),
});

export const redemptionsAnswer = z.strictObject({
  redemptions: z.array(
    z.strictObject({
      redemptionId: z.string(),
      voucherId: z.string(),
      orderId: z.string(),
      status: z.enum(['provisional', 'final', 'reversed', 'refunded']),
      redeemedAt: z.iso.datetime({ offset: true }),
      amountFen: z.int(),
      commissionFen: z.int(),
      channel: z.string(),
      contractId: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});

const totalSchema = z.strictObject({ paidFen: z.int(), reversedFen: z.int(), ...rollupShape });

export const gmvAnswer = z.strictObject({
  rows: z.array(totalSchema.extend({ key: z.string() })),
  total: totalSchema,
  order: z.enum(['redeemedFen', 'store']).optional(),
  next: z.string().nullable().optional(),
});

export const voucherAnswer = z.strictObject({
  platform: z.string(),
  voucherId: z.string(),
  merchantId: z.string(),
  orderId: z.string(),
  events: z.array(z.record(z.string(), z.unknown())),
  entries: z.array(
    z.looseObject({
      providerId: z.string(),
      kind: z.string(),
      amountFen: z.int(),
      count: z.int(),
      complete: z.boolean(),
      explanation: z.looseObject({ rule: z.string(), shareBp: z.int() }),
    }),
  ),
  waiting: z.array(z.strictObject({ eventId: z.string(), kind: z.string() })),
});

/** A name is one line, an id need not be. */
export const lineOf = (id: string) => id.replace(/\p{Cc}/gu, ' ').trim();

export async function makeProvider(
  hexiao: HexiaoUnderTest,
  providerId: string,
  name = lineOf(providerId),
): Promise<string> {
  const path = `/v1/providers/${encodeURIComponent(providerId)}`;
  await hexiao.call('PUT', path, { name, kind: 'agency' });
  const answer = await hexiao.call<{ token: string }>('POST', `${path}/tokens`, { role: 'viewer' });
  return answer.token;
}

export async function makeMerchant(hexiao: HexiaoUnderTest, merchantId: string): Promise<void> {
  const path = `/v1/merchants/douyin/${encodeURIComponent(merchantId)}`;
  await hexiao.call('PUT', path, { name: `商家 ${lineOf(merchantId)}` });
}

export interface Tenant {
  readonly providerId: string;
  readonly merchantId: string;
  readonly token: string;
}

/** A provider with a token and the whole of one merchant. */
export async function makeTenant(
  hexiao: HexiaoUnderTest,
  providerId = fresh('provider'),
  merchantId = fresh('merchant'),
): Promise<Tenant> {
  const token = await makeProvider(hexiao, providerId);
  await makeMerchant(hexiao, merchantId);
  await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId }));
  return { providerId, merchantId, token };
}

export function contractBody(over: object): object {
  return {
    platform: 'douyin',
    mode: 'agency',
    shareBp: 10_000,
    rateBp: 500,
    startsAt: '2025-01-01T00:00:00+08:00',
    ...over,
  };
}

/** One voucher's redemption at a store, some minutes after the start. */
export function redemptionAt(
  { merchantId }: Pick<Tenant, 'merchantId'>,
  storeId: string,
  { minutes = 0, fen = 10_000, id = fresh('act') } = {},
) {
  return redeemed(id, {
    merchantId,
    storeId,
    orderId: `order-${id}`,
    voucherId: `voucher-${id}`,
    occurredAt: toInstant(START_MS + minutes * MINUTE_MS),
    amounts: amountsOf(fen),
  });
}

/** Writes events as normalize does and lets the real worker book and rollup them. */
export async function book(hexiao: HexiaoUnderTest, events: readonly Event[]): Promise<void> {
  await Promise.all(events.map((event) => recordEvent(hexiao.table, event)));
  await hexiao.attributeDeps.attribution.sendAll(
    events.map(({ platform, voucherId, orderId }) => ({
      ...{ type: 'changed', v: MESSAGE_VERSION, platform },
      of: voucherId === null ? 'order' : 'voucher',
      id: voucherId ?? orderId ?? '',
    })),
  );
  await hexiao.settle();
}
