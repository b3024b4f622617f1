import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { proofTemplate } from '../../../../functions/api/proof/template.ts';
import { proofKeyOf } from '../../../../lib/proof/keys.ts';
import { hashOf, proofLine, shortHash } from '../../../../lib/proof/text.ts';
import { HexiaoUnderTest } from '../../../support/hexiao.ts';
import { ask, Clock, cookieOf, expectProblem, read, voucherAnswer } from '../support.ts';
import {
  bytesOf,
  checkProof,
  complaints,
  fromBase64url,
  lineProof,
  nameOf,
  sha256,
  splitFile,
  verifyByHand,
} from './checker.ts';
import { closedOctober, ODD_PRODUCT, SECRET_MARKS } from './tenant.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let own: Awaited<ReturnType<typeof closedOctober>>;
let file: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  own = await closedOctober(hexiao, clock);
  const reply = await ask(hexiao, 'GET', `/v1/statements/${own.id}.proof`, { token: own.token });
  expect(reply.headers.get('content-disposition')).toContain('proof-2025-10.html');
  file = Buffer.from(reply.text, 'utf8').toString('latin1');
});

afterAll(() => hexiao?.stop());

async function checked(of = file) {
  const { text, page } = splitFile(of);
  return checkProof(text, page);
}

describe('the trail', () => {
  it('has each file that left, by a page too, for the owner whose it is', async () => {
    const headers = await cookieOf(hexiao, own.token);
    for (const ending of ['proof', 'csv', 'xlsx']) {
      const page = await hexiao.api.request(`/statements/2025-10.${ending}`, { headers });
      expect(page.status).toBe(200);
    }
    expect((await ask(hexiao, 'GET', `/v1/statements/${own.id}.proof`)).status).toBe(200);
    const window = 'from=2025-11-02&to=2025-11-02';
    const { entries } = read(
      await ask(hexiao, 'GET', `/v1/audit?${window}&providerId=${own.providerId}`),
      z.looseObject({
        entries: z.array(
          z.looseObject({
            ...{ call: z.string(), actor: z.string(), subject: z.string() },
            providers: z.array(z.string()),
          }),
        ),
      }),
    );
    const taken = entries.filter(({ subject }) => subject.startsWith(`statement/${own.id}.`));
    expect(taken.map(({ call }) => call).toSorted()).toEqual([
      ...['csv', 'proof', 'xlsx'].map((ending) => `GET /statements/{month}.${ending}`),
      ...['GET /v1/statements/{id}', 'GET /v1/statements/{id}'],
    ]);
    expect(taken.map(({ actor }) => actor)).toContain('bootstrap');
    for (const { providers } of taken) expect(providers).toEqual([own.providerId]);
  });
});

describe('the proof of a closed month', () => {
  it('holds, and comes to what the statement says', async () => {
    const { isSound, faults, faultsOfMonth, rows, head, totals } = await checked();
    expect({ isSound, faults, faultsOfMonth }).toEqual({
      ...{ isSound: true, faults: [], faultsOfMonth: [] },
    });
    const statement = read(
      await ask(hexiao, 'GET', `/v1/statements/${own.id}?limit=1000`, { token: own.token }),
      z.looseObject({
        lines: z.array(z.looseObject({ kind: z.string() })),
        balance: z.looseObject({ payableFen: z.int(), commissionFen: z.int() }),
      }),
    );
    expect(rows).toHaveLength(statement.lines.length);
    expect(head).toMatchObject({ statement: own.id, lines: statement.lines.length });
    expect(totals).toMatchObject(statement.balance);
    const kinds = new Set(rows.map((row) => row?.kind));
    expect([...kinds].sort()).toEqual(['payment', 'redemption', 'refund', 'reversal', 'tier']);
  });

  it('leads from each line to its delivery, and names it by the id that it has outside', async () => {
    const { rows } = await checked();
    const delivery = Buffer.from('ab'.repeat(32), 'hex').toString('base64url').slice(0, 22);
    for (const row of rows) {
      const isTier = row?.kind === 'tier';
      expect(row?.delivery).toBe(isTier ? null : delivery);
      expect(row?.event === null).toBe(isTier);
      expect(row?.takesBack === null).toBe(!['reversal', 'refund'].includes(row?.kind ?? ''));
    }
    expect(new Set(rows.map((row) => row?.entry)).size).toBe(rows.length);
  });

  it('says nothing of a voucher, an order, a buyer or another provider’s terms', () => {
    const { text } = splitFile(file);
    for (const mark of SECRET_MARKS) expect(text).not.toContain(mark);
    for (const { voucherId, orderId } of own.facts) {
      expect(text).not.toContain(voucherId);
      expect(text).not.toContain(orderId);
    }
    for (const mark of [own.rival, '4321', '3333']) expect(text).not.toContain(mark);
  });

  it('needs nothing from outside and is all ASCII where it is signed', () => {
    expect(splitFile(file).text).toMatch(/^[\n\x20-\x7e]+$/);
    expect(proofTemplate().before).not.toMatch(/\bsrc=|\bhref=|https?:|@import|\burl\(/);
  });

  it('is the same page for who is signed in, and in parts one after the other', async () => {
    const headers = await cookieOf(hexiao, own.token);
    const page = await ask(hexiao, 'GET', '/statements/2025-10.proof', { token: null, headers });
    expect(Buffer.from(page.text, 'utf8').toString('latin1')).toBe(file);
    const part = await ask(hexiao, 'GET', `/v1/statements/${own.id}.proof?part=1`, {
      token: own.token,
    });
    expect(Buffer.from(part.text, 'utf8').toString('latin1')).toBe(file);
  });

  it('is signed by a key that is published to anybody', async () => {
    const { publicKey } = await checked();
    const { keys } = read(
      await ask(hexiao, 'GET', '/v1/proof-keys', { token: null }),
      z.strictObject({
        algorithm: z.literal('ed25519'),
        keys: z.array(z.strictObject({ keyId: z.string(), publicKey: z.string() })),
      }),
    );
    expect(keys.map((one) => one.publicKey)).toContain(publicKey);
  });

  it('is not there for a month that is open, and says so; nor for another provider', async () => {
    const open = `/v1/statements/2025-11.${own.providerId}.proof`;
    const asked = await ask(hexiao, 'GET', open, { token: own.token });
    expect(expectProblem(asked, 422, 'month-not-over').detail).toContain('2025-11 is not over');
    const headers = await cookieOf(hexiao, own.token);
    const page = await ask(hexiao, 'GET', '/statements/2025-11.proof', { token: null, headers });
    expect(page.status).toBe(422);
    const over = `/v1/statements/2025-09.${own.providerId}.proof`;
    const before = await ask(hexiao, 'GET', over, { token: own.token });
    expectProblem(before, 409, 'statement-order');
    const foreign = await closedOctober(hexiao, clock, 2);
    const theirs = await ask(hexiao, 'GET', `/v1/statements/${own.id}.proof`, {
      token: foreign.token,
    });
    expectProblem(theirs, 404, 'not-found');
  });
});

describe('the proof of one line', () => {
  it('is at most 2 KB, holds alone, and says nothing of the month’s totals', async () => {
    const month = await checked();
    for (const [index, row] of month.rows.entries()) {
      const text = lineProof(month, index);
      expect(text.length).toBeLessThanOrEqual(2_048);
      expect(text).not.toContain('totals ');
      const alone = await checked(text);
      expect(alone).toMatchObject({ isLine: true, isSound: true, index, faults: [] });
      expect(alone.rows).toEqual([row]);
    }
  });

  it('is given by the API as the month’s page gives it, to whom the line belongs', async () => {
    const month = await checked();
    const path = `/v1/statements/${own.id}`;
    const { lines } = read(
      await ask(hexiao, 'GET', path, { token: own.token }),
      z.looseObject({ lines: z.array(z.looseObject({ entryId: z.string() })) }),
    );
    const given = new Set<string>();
    for (const { entryId } of lines) {
      const query = new URLSearchParams({ line: entryId });
      const reply = await ask(hexiao, 'GET', `${path}.proof?${query}`, { token: own.token });
      expect(reply.status, reply.text).toBe(200);
      const alone = await checked(reply.text);
      expect(alone).toMatchObject({ isLine: true, isSound: true, faults: [] });
      expect(alone.rows[0]?.entry).toBe(shortHash(entryId));
      given.add(reply.text);
    }
    expect(given).toEqual(new Set([...month.rows.keys()].map((index) => lineProof(month, index))));
    for (const [query, status, code] of [
      ['?line=nothing', 404, 'not-found'],
      ['?line=a&cursor=b', 400, 'request-invalid'],
    ] as const) {
      const reply = await ask(hexiao, 'GET', `${path}.proof${query}`, { token: own.token });
      expectProblem(reply, status, code);
    }
    expectProblem(
      await ask(hexiao, 'GET', `${path}?line=a`, { token: own.token }),
      ...([400, 'request-invalid'] as const),
    );
  });

  it('does not hold for another line, nor at another place', async () => {
    const month = await checked();
    const [a, b] = [lineProof(month, 3), lineProof(month, 4)];
    const line = /^line .*$/m.exec(b)?.[0] ?? '';
    const swapped = await checked(a.replace(/^line .*$/m, () => line));
    expect(swapped.breaks).toEqual([{ link: 'root' }]);
    const path = /^path .*$/m.exec(b)?.[0] ?? '';
    const moved = await checked(a.replace(/^path .*$/m, () => path));
    expect(moved.breaks).toEqual([{ link: 'root' }]);
  });
});

describe('a checker that was written from docs/proof.md alone', () => {
  it('comes to the same: the month, each line’s proof, and whatever was changed', async () => {
    expect(complaints(file)).toEqual([]);
    const month = await checked();
    for (const index of month.rows.keys()) {
      expect(complaints(lineProof(month, index))).toEqual([]);
    }
    const lineAt = file.indexOf('"redemption"') + 40;
    for (const at of [lineAt, file.indexOf('\nhead ') + 60, file.indexOf('font:'), 20]) {
      const is = file[at] === '5' ? '6' : '5';
      const changed = `${file.slice(0, at)}${is}${file.slice(at + 1)}`;
      expect(complaints(changed)).not.toEqual([]);
      expect((await checked(changed)).isSound).toBe(false);
    }
  });
});

describe('what docs/proof.md says of hashes', () => {
  it('of a block: of the values as they stand in the lines, and not as they are read', async () => {
    const bodies = [...file.matchAll(/^line \S+ (.*)$/gm)].map(([, body = '']) => body);
    const spelled = '"\\u5546\\u54c1\\u2014\\u201c\\u003c/script>\\ud83c\\udf5c"';
    expect(bodies.some((body) => body.includes(`,${spelled},`))).toBe(true);
    expect(file).toContain(`[[${spelled},123]]`);
    expect(complaints(file)).toEqual([]);
    const products = bodies.map((body) => JSON.stringify((JSON.parse(body) as unknown[])[12]));
    expect(products).toContain(JSON.stringify(ODD_PRODUCT));
    const [, block = ''] = /^block \S+ (.*)$/m.exec(file) ?? [];
    const columns = JSON.parse(block) as (string | number)[];
    columns[13] = shortHash(products.join('\n'));
    const line = proofLine('block', JSON.stringify(columns));
    expect(complaints(file.replace(/^block .*$/m, () => line))).toEqual(['block 12']);
  });

  it('of an event: the operator computes it from what the API shows of the voucher', async () => {
    const ids = [...own.facts.map(({ voucherId }) => voucherId), own.paidOrder];
    const shown = await Promise.all(
      ids.map((id) => ask(hexiao, 'GET', `/v1/vouchers/douyin/${encodeURIComponent(id)}`)),
    );
    const events = shown.flatMap((one) => read(one, voucherAnswer).events);
    const { rows } = await checked();
    const named = new Set(rows.flatMap((row) => row?.event ?? []));
    expect(new Set(events.map(nameOf))).toEqual(named);
    expect(named.size).toBe(own.facts.length + 3);
  });
});

describe('the checker’s own arithmetic', () => {
  it('hashes and verifies as Node does', async () => {
    const key = proofKeyOf('a key of the tests, and of nothing else');
    const publicKey = fromBase64url(key.publicKey);
    for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000]) {
      const text = 'ab'.repeat(length).slice(0, length);
      expect(Buffer.from(sha256(bytesOf(text))).toString('base64url')).toBe(hashOf(text));
      const signature = fromBase64url(key.sign(text));
      expect(await verifyByHand(publicKey, bytesOf(text), signature)).toBe(true);
      expect(await verifyByHand(publicKey, bytesOf(`${text}x`), signature)).toBe(false);
      for (const at of [0, 31, 32, 63]) {
        const other = signature.map((byte, index) => (index === at ? byte ^ 1 : byte));
        expect(await verifyByHand(publicKey, bytesOf(text), other)).toBe(false);
      }
    }
  });

  it('knows the vectors of RFC 8032, and refuses what is no number of the group', async () => {
    const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
    const publicKey = hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    const signature = hex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(await verifyByHand(publicKey, hex('72'), signature)).toBe(true);
    expect(await verifyByHand(publicKey, hex('73'), signature)).toBe(false);
    // S + L: the same point, by another number.
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    let s = [...signature.slice(32)].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    s += order;
    const malleable = Uint8Array.from(signature);
    for (let at = 32; at < 64; at += 1, s >>= 8n) malleable[at] = Number(s & 255n);
    expect(await verifyByHand(publicKey, hex('72'), malleable)).toBe(false);
  });
});
