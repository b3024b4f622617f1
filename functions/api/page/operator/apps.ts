import { html } from 'hono/html';
import * as z from 'zod';
import { duration, rate, share } from '../../../../lib/i18n/format.ts';
import { type HeardApp, heardApps } from '../../../../lib/store/accounts/heard.ts';
import { addDays, businessDayAt, toInstant } from '../../../../lib/time/shanghai.ts';
import { check } from '../../input.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { fileList, type List, type ListColumn, listShape, listView } from '../parts/list.ts';
import { status } from '../parts/status.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { card, counts } from './parts.ts';

const depth = z.object({ waiting: z.int(), inFlight: z.int(), dead: z.int() });

const pipeline = z.object({
  queues: z.object({ intake: depth, attribution: depth }),
  ...{ hints: z.int(), unfinished: z.int(), behind: z.int() },
  ...{ parked: z.int(), quarantined: z.int() },
  losing: z.object({ lossAlarmBp: z.int(), apps: z.array(z.unknown()) }),
});

const apps = z.object({
  apps: z.array(z.object({ integration: z.string(), appKey: z.string() })),
  next: z.string().nullable(),
});

export const lossRows = z.object({
  rows: z.array(
    z.object({
      ...{ integration: z.string(), appKey: z.string(), businessDay: z.string() },
      ...{ byWebhook: z.int(), byAsking: z.int(), latestSeconds: z.int().nullable() },
    }),
  ),
});

interface AppRow {
  readonly integration: string;
  readonly appKey: string;
  /** Null: not within two weeks. */
  readonly heardAtMs: number | null;
  readonly lagMs: number | null;
  readonly byWebhook: number;
  readonly byAsking: number;
}

export const LOSS_DAYS = 7;
const SILENT_AFTER_MS = 12 * 3_600_000;

/** `GET /operator`: how the apps are, and what is on its way. */
export const appsPage: Room = {
  ...{ path: '/operator', is: 'operator', needs: 'pipeline:read' },
  async read({ c, ask, deps }: Desk): Promise<RoomPage> {
    const to = businessDayAt(deps.now());
    const from = addDays(to, 1 - LOSS_DAYS);
    const [state, registered, { rows }, { disputes }] = await Promise.all([
      ask({ path: '/v1/pipeline' }, pipeline),
      ask({ path: '/v1/apps?limit=200' }, apps),
      ask({ path: `/v1/losses?from=${from}&to=${to}` }, lossRows),
      ask({ path: '/v1/attribution-disputes?state=open&limit=100' }, openDisputes),
    ]);
    const heard = new Map<string, HeardApp>();
    for await (const one of heardApps(deps.table, deps.now())) {
      heard.set(`${one.integration}/${one.appKey}`, one);
    }
    const all = registered.apps.map(({ integration, appKey }): AppRow => {
      const own = rows.filter((one) => one.integration === integration && one.appKey === appKey);
      const sum = (of: 'byWebhook' | 'byAsking') => own.reduce((total, one) => total + one[of], 0);
      const { heardAtMs = null, lagMs = null } = heard.get(`${integration}/${appKey}`) ?? {};
      return {
        integration,
        appKey,
        heardAtMs,
        lagMs,
        byWebhook: sum('byWebhook'),
        byAsking: sum('byAsking'),
      };
    });
    const list: List<AppRow> = {
      ...{ name: '', path: '/operator', query: check(query, c.req.query()), rows: all, next: null },
      ...{ caption: 'operator.apps', columns: (speech) => columns(speech, deps.now()) },
    };
    return {
      files: { name: 'apps', lists: [fileList(list)] },
      title: ({ say }) => say('operator.apps'),
      note: ({ say }) => say('operator.apps.note', { n: all.length, days: LOSS_DAYS }),
      main: (speech) =>
        html`${stateOf(speech, state, disputes.length)}${card(speech.say('operator.apps.rows'), '', listView(speech, list, speech.say('operator.apps.none')))}`,
    };
  },
};

const query = z.object(listShape);

const openDisputes = z.object({ disputes: z.array(z.unknown()) });

function stateOf(speech: Speech, state: z.infer<typeof pipeline>, disputes: number): Html {
  const { say } = speech;
  const { intake, attribution } = state.queues;
  const way = intake.waiting + intake.inFlight + attribution.waiting + attribution.inFlight;
  return counts(speech, [
    {
      ...{ name: say('operator.way'), value: way, href: '/operator' },
      why: say('operator.way.why', {
        intake: intake.waiting + intake.inFlight,
        attribution: attribution.waiting + attribution.inFlight,
      }),
    },
    {
      name: say('operator.hints'),
      value: state.hints,
      why: say('operator.hints.why'),
      href: '/operator/reconciliations',
    },
    {
      ...{ name: say('operator.set-aside'), value: state.parked + state.quarantined },
      ...{
        why: say('operator.set-aside.why', {
          parked: state.parked,
          quarantined: state.quarantined,
        }),
        href: '/operator/set-aside',
      },
    },
    {
      ...{ name: say('operator.dead'), value: intake.dead + attribution.dead },
      ...{
        why: say('operator.dead.why', { intake: intake.dead, attribution: attribution.dead }),
        href: '/operator/dead-letters',
      },
    },
    {
      ...{ name: say('operator.unfinished'), value: state.unfinished + state.behind },
      ...{
        why: say('operator.unfinished.why', { unfinished: state.unfinished, behind: state.behind }),
        href: '/operator',
      },
    },
    {
      ...{ name: say('operator.losing'), value: state.losing.apps.length },
      why: say('operator.losing.why', { share: rate(state.losing.lossAlarmBp) }),
      href: '/operator/completeness',
    },
    {
      ...{ name: say('disputes'), value: disputes, why: say('dispute.is.open') },
      href: '/operator/disputes?state=open',
    },
  ]);
}

function columns(speech: Speech, nowMs: number): ListColumn<AppRow>[] {
  const { say, language } = speech;
  return [
    {
      ...{ word: 'operator.app', by: 'app', role: 'name' },
      value: ({ integration, appKey }) => ({ id: `${integration}/${appKey}` }),
      cell: ({ integration, appKey }) =>
        html`<a href="/operator/apps/${integration}/${encodeURIComponent(appKey)}">${appKey}</a><small>${integration}</small>`,
    },
    {
      ...{ word: 'status', role: 'second' },
      cell: ({ heardAtMs }) => heardState(speech, heardAtMs, nowMs),
    },
    {
      ...{ word: 'operator.heard', by: 'heard', role: 'pair' },
      value: ({ heardAtMs }) => (heardAtMs === null ? null : toInstant(heardAtMs)),
      cell: ({ heardAtMs }) =>
        heardAtMs === null
          ? say('operator.heard.never')
          : say('operator.ago', { time: duration(nowMs - heardAtMs, language) }),
    },
    {
      ...{ word: 'operator.lag', by: 'lag', role: 'pair', isNumber: true },
      value: ({ lagMs }) => (lagMs === null ? null : Math.round(lagMs / 1_000)),
      cell: ({ lagMs }) => lagText(speech, lagMs),
    },
    {
      ...{ word: 'operator.loss', by: 'loss', role: 'pair', isNumber: true },
      value: ({ byWebhook, byAsking }) => share(byAsking, byWebhook + byAsking),
      // Nothing was compared: the rate is not known.
      cell: ({ byWebhook, byAsking }) => share(byAsking, byWebhook + byAsking) ?? say('unknown'),
    },
    {
      ...{ word: 'operator.by-asking', by: 'asked', role: 'main', isNumber: true, hasLabel: true },
      ...{ value: ({ byAsking }) => byAsking, cell: ({ byAsking }) => String(byAsking) },
    },
  ];
}

/** How long the last delivery that was noted waited until it was read. */
export function lagText({ say, language }: Speech, lagMs: number | null): string {
  return lagMs === null ? say('unknown') : duration(lagMs, language);
}

/** Whether an app's deliveries come; one that never had any may not be set up yet. */
export function heardState({ say }: Speech, heardAtMs: number | null, nowMs: number): Html {
  if (heardAtMs === null) return status('none', 'none', say('operator.is.never'));
  return nowMs - heardAtMs > SILENT_AFTER_MS
    ? status('warn', 'warn', say('operator.is.silent'))
    : status('ok', 'ok', say('operator.is.heard'));
}
