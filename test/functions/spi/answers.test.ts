import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type IngestDeps, ingestApp } from '../../../functions/ingest/app.ts';
import { lazyCallbackRecords } from '../../../functions/ingest/lazy-records.ts';
import type { Emulators } from '../../../infra/local/emulators.ts';
import { countFreeCodes, importCodes, putCodePool } from '../../../lib/callbacks/code-pools.ts';
import { codesOf } from '../../../lib/callbacks/codes.ts';
import { putRefundPolicy } from '../../../lib/callbacks/refund-policy.ts';
import { readRefund } from '../../../lib/callbacks/refund-requests.ts';
import type { Fields } from '../../../lib/log/fields.ts';
import {
  type IntakeMessage,
  intakeMessageSchema,
  unpackBody,
} from '../../../lib/queue/messages.ts';
import type { Table } from '../../../lib/store/table.ts';
import { START_MS } from '../../lib/make.ts';
import { fresh } from '../../support/fresh.ts';
import type { Killer } from '../../support/killer.ts';
import { plainReceiver, type Question, SPI_APP, signPlain } from '../../support/spi-receiver.ts';
import { startTable } from '../../support/table.ts';

let emulators: Emulators;
let table: Table;
let killer: Killer;

beforeAll(async () => {
  ({ emulators, table, killer } = await startTable());
});

afterAll(() => emulators?.stop());

const SPI = '/spi/plain/plain-app';
const WEBHOOKS = '/webhooks/plain/plain-app';

/** The receiver with a plain platform behind it, and everything it did. */
function receiver(over: Partial<IngestDeps> = {}) {
  const sent: [IntakeMessage, number | undefined][] = [];
  const logged: [string, string, Fields | undefined][] = [];
  const hono = ingestApp({
    findApp: async (_integration, appKey) => (appKey === SPI_APP.appKey ? SPI_APP : undefined),
    receiverOf: (name) => (name === plainReceiver.name ? plainReceiver : undefined),
    openCallbackRecords: (platform) => lazyCallbackRecords(table, platform, () => START_MS),
    sendToIntake: async (message, delaySeconds) => {
      sent.push([message, delaySeconds]);
    },
    now: () => START_MS,
    log: (level, what, fields) => {
      logged.push([level, what, fields]);
    },
    ...over,
  });
  const post = (asked: Question, path = SPI, signature?: string) => {
    const body = JSON.stringify(asked);
    const headers = { 'x-plain-sign': signature ?? signPlain(body) };
    return hono.request(path, { method: 'POST', headers, body });
  };
  return { post, sent, logged };
}

const refuses = async (): Promise<never> => {
  throw new Error('no route to queue');
};

/** A merchant with so many imported codes. */
async function merchantWith(codes: number): Promise<string> {
  const merchantId = fresh('merchant');
  const name = { platform: 'douyin', merchantId } as const;
  await putCodePool(table, name, { source: 'imported' });
  if (codes > 0) {
    const all = Array.from({ length: codes }, () => fresh('CODE'));
    await importCodes(table, name, all);
  }
  return merchantId;
}

const issuedSchema = z.object({ outcome: z.string(), codes: z.array(z.string()) });

describe.each([SPI, `${SPI}/tripartite/code`, WEBHOOKS])('a callback at POST %s', (path) => {
  test('is answered from our records, and is a delivery as well', async () => {
    // Prepare
    const { post, sent } = receiver();
    const asked: Question = {
      ...{ ask: 'codes', merchant: await merchantWith(3), order: fresh('order'), count: 2 },
    };
    // Act
    const response = await post(asked, path);
    // Assess
    expect(response.status).toBe(200);
    const { codes } = issuedSchema.parse(await response.json());
    expect(codes).toHaveLength(2);
    expect(await codesOf(table, 'douyin', asked.order)).toEqual(codes);
    expect(sent).toHaveLength(1);
    const message = intakeMessageSchema.parse(sent[0]?.[0]);
    if (message.type !== 'delivery') throw new Error('expected a delivery');
    expect(JSON.parse(Buffer.from(unpackBody(message)).toString())).toEqual(asked);
  });

  test('gets the same answer again', async () => {
    // Prepare
    const { post, sent } = receiver();
    const merchant = await merchantWith(5);
    const asked: Question = { ask: 'codes', merchant, order: fresh('order'), count: 2 };
    // Act
    const answers = [await post(asked, path), await post(asked, path), await post(asked, path)];
    // Assess
    const bodies = await Promise.all(answers.map((response) => response.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(new Set(sent.map(([message]) => JSON.stringify(message))).size).toBe(1);
    expect(await countFreeCodes(table, { platform: 'douyin', merchantId: merchant })).toBe(3);
  });

  test('that asks nothing is acknowledged', async () => {
    const { post, sent } = receiver();
    const response = await post({ ask: 'nothing' }, path);
    expect(await response.json()).toEqual({ ok: true });
    expect(sent).toHaveLength(1);
  });

  test('with a wrong signature is refused, and leaves nothing but a line in the log', async () => {
    // Prepare
    const { post, sent, logged } = receiver();
    const merchant = await merchantWith(1);
    const order = fresh('order');
    // Act
    const response = await post({ ask: 'codes', merchant, order, count: 1 }, path, 'f'.repeat(64));
    // Assess
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'signature-invalid' });
    expect(sent).toEqual([]);
    expect(logged).toEqual([['warn', 'signature-rejected', { integration: 'plain' }]]);
    expect(await codesOf(table, 'douyin', order)).toEqual([]);
  });

  test('of an unknown app or platform is refused in the same words', async () => {
    const { post } = receiver();
    const others = [
      path.replace('plain-app', 'nobody'),
      path.replace('/plain/', '/nowhere/'),
      path.replace('/plain/', '/__proto__/'),
    ];
    for (const other of others) expect((await post({ ask: 'nothing' }, other)).status).toBe(401);
  });

  test('that checks the URL is greeted, unsigned', async () => {
    const { post, sent } = receiver();
    const response = await post({ ask: 'nothing' }, `${path}?hello=1`, '');
    expect(await response.json()).toEqual({ hello: true });
    expect(sent).toEqual([]);
  });
});

describe('what follows the app key', () => {
  const aboutOf = async (path: string) => {
    const { post, sent } = receiver();
    const response = await post({ ask: 'nothing' }, path);
    const [message] = sent[0] ?? [];
    return [response.status, message?.type === 'delivery' ? message.about : undefined];
  };

  test.each([
    [`${SPI}/codes`, 'codes'],
    [`${SPI}/a/b/c`, 'a/b/c'],
    [`${SPI}/%E5%8F%91%E5%88%B8`, '发券'],
    [`${SPI}/${'x'.repeat(200)}`, 'x'.repeat(200)],
  ])('is told to the platform’s receiver, decoded: %s', async (path, about) => {
    expect(await aboutOf(path)).toEqual([200, about]);
  });

  test('is nothing at the bare addresses', async () => {
    expect(await aboutOf(SPI)).toEqual([200, undefined]);
    expect(await aboutOf(WEBHOOKS)).toEqual([200, undefined]);
  });

  test.each([
    [`${SPI}/${'x'.repeat(201)}`, 404],
    [`${WEBHOOKS}/codes`, 404],
    ['/spi/plain', 404],
    ['/spi', 404],
  ])('%s is nowhere', async (path, status) => {
    const { post, sent } = receiver();
    expect((await post({ ask: 'nothing' }, path)).status).toBe(status);
    expect(sent).toEqual([]);
  });

  test('that cannot be decoded is no failure of ours', async () => {
    const { post } = receiver();
    expect((await post({ ask: 'nothing' }, `${SPI}/%ff`)).status).toBeLessThan(500);
  });
});

describe('when something of ours fails, a verified callback', () => {
  test('is told in the platform’s words to ask again, and nothing is half-given', async () => {
    // Prepare
    const merchant = await merchantWith(2);
    const order = fresh('order');
    const asked: Question = { ask: 'codes', merchant, order, count: 1 };
    const failing = receiver({ sendToIntake: refuses });
    // Act
    const busy = await failing.post(asked);
    const { post } = receiver();
    const again = issuedSchema.parse(await (await post(asked)).json());
    // Assess
    expect([busy.status, await busy.json()]).toEqual([200, { ok: false, again: true }]);
    expect(failing.logged.map(([level, what]) => `${level} ${what}`)).toContain(
      'error callback-failed',
    );
    expect(await codesOf(table, 'douyin', order)).toEqual(again.codes);
    expect(await countFreeCodes(table, { platform: 'douyin', merchantId: merchant })).toBe(1);
  });

  test('is not a delivery when it was not answered', async () => {
    const { post, sent } = receiver();
    const response = await post({ ask: 'trouble' });
    expect(await response.json()).toEqual({ ok: false, again: true });
    expect(sent).toEqual([]);
  });

  test('hears it as an HTTP error where its platform has no words for it', async () => {
    // Prepare
    const answering = receiver();
    const sending = receiver({ sendToIntake: refuses });
    // Act
    const failed = await answering.post({ ask: 'trouble' }, WEBHOOKS);
    const unsent = await sending.post({ ask: 'nothing' }, WEBHOOKS);
    // Assess
    expect(failed.status).toBe(500);
    expect(await failed.json()).toMatchObject({ code: 'internal' });
    expect(unsent.status).toBe(503);
    expect(await unsent.json()).toMatchObject({ code: 'queue-unavailable', retryable: true });
  });

  test('tells nobody what failed, and no code or secret to the log', async () => {
    // Prepare
    const { post, logged } = receiver({ sendToIntake: refuses });
    const merchant = await merchantWith(1);
    // Act
    const texts = [
      await (await post({ ask: 'trouble' })).text(),
      await (await post({ ask: 'trouble' }, WEBHOOKS)).text(),
      await (await post({ ask: 'codes', merchant, order: fresh('order'), count: 1 })).text(),
    ];
    // Assess
    for (const text of texts) {
      expect(text).not.toMatch(/out of reach|no route|\.ts|CODE-/);
    }
    expect(JSON.stringify(logged)).not.toMatch(/CODE-|a secret of the tests|\.ts:/);
  });

  test.each(['before', 'after'] as const)(
    'gets the same answer once it works, wherever it died (%s a call)',
    async (when) => {
      // Prepare
      const merchant = await merchantWith(60);
      const { post } = receiver();
      let order = '';
      // Act
      for (let call = 1; call <= 8; call += 1) {
        order = fresh('order');
        const asked: Question = { ask: 'codes', merchant, order, count: 2 };
        killer.arm(call, when);
        const first = await post(asked);
        killer.disarm();
        // Assess
        const again = issuedSchema.parse(await (await post(asked)).json());
        const text = await first.text();
        if (text.includes('issued')) expect(JSON.parse(text)).toEqual(again);
        expect(await codesOf(table, 'douyin', order)).toEqual(again.codes);
      }
      const name = { platform: 'douyin', merchantId: merchant } as const;
      expect(await countFreeCodes(table, name)).toBe(60 - 16);
    },
  );
});

describe('a refund request', () => {
  const ask = (merchant: string, decisionBy: 'answer' | 'call' | 'none'): Question => ({
    ...{ ask: 'refund', merchant, order: fresh('order'), refund: fresh('refund'), decisionBy },
  });

  test('is filed once, pending without a policy, and is no audit', async () => {
    // Prepare
    const { post, sent } = receiver();
    const asked = ask(fresh('merchant'), 'answer');
    // Act
    const answers = [await post(asked), await post(asked)];
    // Assess
    for (const answer of answers) expect(await answer.json()).toEqual({ status: 'pending' });
    expect(sent.map(([{ type }]) => type)).toEqual(['delivery', 'delivery']);
  });

  test('that the policy approves and only a call can tell sends its audit, after the answer', async () => {
    // Prepare
    const { post, sent } = receiver();
    const merchant = fresh('merchant');
    await putRefundPolicy(table, 'douyin', merchant, 'auto-approve-all');
    const asked = ask(merchant, 'call');
    if (asked.ask !== 'refund') throw new Error('it asks for a refund');
    // Act
    const response = await post(asked);
    // Assess
    expect(await response.json()).toEqual({ status: 'approved' });
    const [delivery, audit] = sent;
    expect([delivery?.[0].type, delivery?.[1]]).toEqual(['delivery', undefined]);
    expect(audit?.[0]).toEqual({ type: 'audit', v: 1, platform: 'douyin', refundId: asked.refund });
    expect(audit?.[1]).toBeGreaterThan(0);
  });

  test('is answered though its audit could not be sent: the decision stands for the sweep', async () => {
    // Prepare
    const { post } = receiver({
      sendToIntake: ({ type }) => (type === 'audit' ? refuses() : Promise.resolve()),
    });
    const merchant = fresh('merchant');
    await putRefundPolicy(table, 'douyin', merchant, 'auto-approve-all');
    const asked = ask(merchant, 'call');
    if (asked.ask !== 'refund') throw new Error('it asks for a refund');
    // Act, Assess
    expect(await (await post(asked)).json()).toEqual({ status: 'approved' });
    expect(await readRefund(table, 'douyin', asked.refund)).toMatchObject({ notifiedAt: null });
  });
});
