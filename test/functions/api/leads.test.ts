import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Role } from '../../../lib/access/permissions.ts';
import type { Event } from '../../../lib/events/event.ts';
import { createLead, type Lead, listLeads } from '../../../lib/store/growth/leads.ts';
import { recordEvent } from '../../../lib/store/ledger/events.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { workbookOf } from '../../../lib/xlsx/workbook.ts';
import { START_MS } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { everyOrder, type Turn } from '../../support/interleave.ts';
import { MemoryTable } from '../../world/store/table.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  read,
  redemptionAt,
} from './support.ts';

/** Merchants that a provider would like to work for: entered once, and moved by what happens. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let providerId: string;
let owner: string;
let viewer: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
  providerId = fresh('provider');
  viewer = await makeProvider(hexiao, providerId);
  owner = await tokenOf(providerId, 'owner');
});
afterAll(() => hexiao?.stop());

async function tokenOf(id: string, role: Role): Promise<string> {
  const path = `/v1/providers/${id}/tokens`;
  return (await hexiao.call<{ token: string }>('POST', path, { role })).token;
}

const lead = z.looseObject({
  ...{ leadId: z.string(), name: z.string(), stage: z.string() },
  days: z.record(z.string(), z.string().nullable()),
});
const list = z.strictObject({ leads: z.array(lead), next: z.string().nullable() });

const enter = (body: object, token = owner) => ask(hexiao, 'POST', '/v1/leads', { token, body });
const change = (id: string, body: object) =>
  ask(hexiao, 'PATCH', `/v1/leads/${id}`, { token: owner, body });
const see = async (id: string) =>
  read(await ask(hexiao, 'GET', `/v1/leads/${id}`, { token: viewer }), lead);
const listed = async (query: string) =>
  read(await ask(hexiao, 'GET', `/v1/leads?${query}`, { token: viewer }), list);

function bound(merchantId: string): Event {
  const at = toInstant(clock.ms);
  return {
    ...{ kind: 'store.bound', eventId: fresh('bound'), platform: 'douyin', loop: 'closed' },
    ...{ integration: 'douyin-life', appKey: 'app', merchantId, orderId: null, voucherId: null },
    ...{ occurredAt: at, recordedAt: at, complete: true, deliveryId: null },
    ...{ storeId: 's1', ownStoreId: null },
  };
}

const DAY_MS = 86_400_000;

describe('a lead', () => {
  it('comes to each stage on its day, the last three by what happened alone', async () => {
    // Prepare
    clock.ms = START_MS;
    const merchantId = fresh('merchant');
    await makeMerchant(hexiao, merchantId);
    const { leadId } = read(await enter({ name: '江边火锅', city: '重庆' }), lead);
    // Act
    const stages = [(await see(leadId)).stage];
    clock.ms += DAY_MS;
    stages.push(read(await change(leadId, { stage: 'contacted' }), lead).stage);
    const named = { platform: 'douyin', merchantId };
    stages.push(read(await change(leadId, named), lead).stage);
    clock.ms += DAY_MS;
    await recordEvent(hexiao.table, bound(merchantId));
    stages.push((await see(leadId)).stage);
    clock.ms += DAY_MS;
    await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId }));
    stages.push((await see(leadId)).stage);
    clock.ms += DAY_MS;
    const use = redemptionAt({ merchantId }, 's1', { minutes: 4 * 1_440 });
    await book(hexiao, [{ ...use, recordedAt: toInstant(clock.ms) }]);
    const last = await see(leadId);
    // Assess
    expect(stages).toEqual(['lead', 'contacted', 'contacted', 'authorised', 'contracted']);
    expect(last.stage).toBe('first_redemption');
    const day = (days: number) => toInstant(START_MS + days * DAY_MS).slice(0, 10);
    expect(last.days).toEqual({
      ...{ lead: day(0), contacted: day(1), authorised: day(2), contracted: day(3) },
      first_redemption: day(4),
    });
    const [noted] = await Array.fromAsync(listLeads(hexiao.table, providerId));
    expect(noted?.found).toEqual({
      ...{ authorisedOn: day(2), contractedOn: day(3), redeemedOn: day(4) },
    });
    // At its end it stays whose it is, and what it was.
    expectProblem(await change(leadId, { merchantId: 'another' }), 400, 'request-invalid');
    expect((await listed('stage=first_redemption')).leads).toMatchObject([{ leadId }]);
    expect((await listed('stage=contracted')).leads).toEqual([]);
    const funnel = await ask(hexiao, 'GET', '/v1/lead-funnel', { token: viewer });
    const { stages: steps } = read(funnel, z.looseObject({ stages: z.array(z.unknown()) }));
    expect(steps.at(-1)).toEqual({
      ...{ stage: 'first_redemption', reached: 1, ofAllBp: 10_000, ofBeforeBp: 10_000 },
      medianDays: 1,
    });
  });

  it('is moved by nobody’s word, and by nothing that stood before it', async () => {
    const merchantId = fresh('merchant');
    await makeMerchant(hexiao, merchantId);
    clock.ms += DAY_MS;
    await recordEvent(hexiao.table, bound(merchantId));
    clock.ms += 2 * DAY_MS;
    const body = { name: fresh('name'), platform: 'douyin', merchantId };
    const { leadId, stage } = read(await enter(body), lead);
    expect(stage).toBe('lead');
    for (const said of ['authorised', 'contracted', 'first_redemption']) {
      const refused = expectProblem(await change(leadId, { stage: said }), 400, 'request-invalid');
      expect(refused.detail).toContain('what happens');
    }
  });

  it('is somebody’s already: in clear words, and nobody else’s are told of', async () => {
    const merchantId = fresh('merchant');
    await makeMerchant(hexiao, merchantId);
    const body = { name: '半山 咖啡', city: '杭州', platform: 'douyin', merchantId };
    const { leadId } = read(await enter(body), lead);
    const taken = expectProblem(await enter({ ...body, name: '另一个名字' }), 409, 'lead-taken');
    expect(taken.detail).toContain(leadId);
    const wide = { ...body, merchantId: 'm-2', name: '半山咖啡' };
    expectProblem(await enter(wide), 409, 'lead-taken');
    // Another provider's own business.
    const other = fresh('provider');
    await makeProvider(hexiao, other);
    const theirs = await enter(body, await tokenOf(other, 'owner'));
    expect(theirs.status, theirs.text).toBe(201);
    // What has signed is no lead.
    const signed = fresh('merchant');
    await makeMerchant(hexiao, signed);
    await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId: signed }));
    const late = { name: fresh('name'), platform: 'douyin', merchantId: signed };
    expect(expectProblem(await enter(late), 409, 'lead-taken').detail).toContain('signed');
    // A name that is given back is free again.
    read(await change(leadId, { name: '半山咖啡 二店' }), lead);
    read(
      await enter({ name: '半山咖啡', city: '杭州', platform: 'douyin', merchantId: 'm-3' }),
      lead,
    );
    expectProblem(await change(leadId, { name: '半山咖啡' }), 409, 'lead-taken');
  });

  it('is for those who look after merchants, and needs both parts of a merchant’s name', async () => {
    expectProblem(await enter({ name: 'x' }, viewer), 403, 'role-forbidden');
    expectProblem(await enter({ name: 'x', platform: 'douyin' }), 400, 'request-invalid');
    expectProblem(await enter({ name: 'x', followerId: 'mem_x' }), 404, 'not-found');
    expectProblem(await change('lead-x', { note: 'x' }), 404, 'not-found');
  });
});

describe('a file of leads', () => {
  const send = (file: string | Uint8Array<ArrayBuffer>, query = '') => {
    const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
    return ask(hexiao, 'POST', `/v1/leads/imports${query}`, { token: owner, bytes });
  };
  const answer = z.strictObject({
    ...{ dryRun: z.boolean(), lines: z.int(), entered: z.int() },
    refused: z.array(z.strictObject({ line: z.int(), reason: z.string() })),
  });

  it('is entered line by line, each once, and a trial enters nothing', async () => {
    const name = fresh('name');
    const file = [
      ...['线索表,,,', '商家名称,城市,平台,商家ID', `${name},成都,,`, `${name} ,成都,,`],
      ...[
        ',成都,,',
        `${name}-2,成都,抖音,`,
        `${name}-3,成都,抖音,7.01E+18`,
        `${name}-4,成都,抖音,7011`,
      ],
    ].join('\n');
    const tried = read(await send(file, '?dryRun=true'), answer);
    expect(tried).toMatchObject({ dryRun: true, lines: 6, entered: 2 });
    expect(tried.refused.map(({ line }) => line)).toEqual([4, 5, 6, 7]);
    const done = read(await send(file), answer);
    expect({ ...done, dryRun: true }).toEqual(tried);
    const again = read(await send(file, '?dryRun=true'), answer);
    expect(again.entered).toBe(0);
    expect(read(await send(file), answer).entered).toBe(0);
    const rows = [
      ['name', 'city'],
      [`${name}-5`, '成都'],
    ];
    expect(read(await send(await workbookOf('a', rows)), answer)).toMatchObject({ entered: 1 });
    expect(read(await send('a,b\n1,2\n'), answer).refused).toMatchObject([{ line: 1 }]);
  });

  it('comes back in pages, whatever their size', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await listed(`limit=2&stage=lead${cursor}`);
      expect(page.leads.length).toBeLessThanOrEqual(2);
      seen.push(...page.leads.map(({ leadId }) => leadId));
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    const whole = (await listed('limit=100&stage=lead')).leads.map(({ leadId }) => leadId);
    expect(whole.length).toBeGreaterThan(4);
    expect(seen).toEqual(whole);
  });
});

describe('two who enter one merchant at once', () => {
  it('make one lead, in every order', async () => {
    const made = (leadId: string): Lead => ({
      ...{ leadId, providerId: 'p', name: '一店', city: null, category: null, source: null },
      ...{ platform: 'douyin', merchantId: 'm', followerId: null, note: null, lostBecause: null },
      ...{
        createdAt: toInstant(START_MS),
        createdBy: 'x',
        contactedOn: null,
        found: null,
        step: 0,
      },
    });
    const tried = await everyOrder(() => {
      const table = new MemoryTable();
      const told: (string | null)[] = [];
      const work = (leadId: string) => async (turn: Turn) => {
        told.push(await createLead(table.seenBy(turn) as never, made(leadId), START_MS));
      };
      return {
        workers: { one: work('1'), two: work('2') },
        afterwards: async () => {
          const leads = await Array.fromAsync(listLeads(table as never, 'p'));
          expect(leads).toHaveLength(1);
          expect(told.filter((holder) => holder === null)).toHaveLength(1);
          expect(told).toContain(leads[0]?.leadId);
        },
      };
    });
    expect(tried.isEvery).toBe(true);
  });
});
