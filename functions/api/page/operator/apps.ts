import { html } from 'hono/html';
import * as z from 'zod';
import { duration, rate, share } from '../../../../lib/i18n/format.ts';
import { heardApps } from '../../../../lib/store/accounts/heard.ts';
import { addDays, businessDayAt } from '../../../../lib/time/shanghai.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { card, counts, nothing } from './parts.ts';

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
  readonly byWebhook: number;
  readonly byAsking: number;
}

export const LOSS_DAYS = 7;
const SILENT_AFTER_MS = 12 * 3_600_000;

/** `GET /operator`: how the apps are, and what is on its way. */
export const appsPage: Room = {
  ...{ path: '/operator', is: 'operator', needs: 'pipeline:read' },
  async read({ ask, deps }: Desk): Promise<RoomPage> {
    const to = businessDayAt(deps.now());
    const from = addDays(to, 1 - LOSS_DAYS);
    const [state, registered, { rows }, { disputes }] = await Promise.all([
      ask({ path: '/v1/pipeline' }, pipeline),
      ask({ path: '/v1/apps?limit=200' }, apps),
      ask({ path: `/v1/losses?from=${from}&to=${to}` }, lossRows),
      ask({ path: '/v1/attribution-disputes?state=open&limit=100' }, openDisputes),
    ]);
    const heard = new Map<string, number>();
    for await (const { integration, appKey, heardAtMs } of heardApps(deps.table, deps.now())) {
      heard.set(`${integration}/${appKey}`, heardAtMs);
    }
    const all = registered.apps.map(({ integration, appKey }): AppRow => {
      const own = rows.filter((one) => one.integration === integration && one.appKey === appKey);
      const sum = (of: 'byWebhook' | 'byAsking') => own.reduce((total, one) => total + one[of], 0);
      const heardAtMs = heard.get(`${integration}/${appKey}`) ?? null;
      return {
        integration,
        appKey,
        heardAtMs,
        byWebhook: sum('byWebhook'),
        byAsking: sum('byAsking'),
      };
    });
    return {
      title: ({ say }) => say('operator.apps'),
      note: ({ say }) => say('operator.apps.note', { n: all.length, days: LOSS_DAYS }),
      main: (speech) =>
        html`${stateOf(speech, state, disputes.length)}${appsCard(speech, all, deps.now())}`,
    };
  },
};

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

function appsCard(speech: Speech, rows: readonly AppRow[], nowMs: number): Html {
  const { say, language } = speech;
  const empty = nothing(say('operator.apps.none'));
  const body = table<AppRow>({
    ...{ caption: say('operator.apps'), rows },
    columns: [
      {
        ...{ head: say('operator.app'), role: 'name' },
        cell: ({ integration, appKey }) =>
          html`<a href="/operator/apps/${integration}/${encodeURIComponent(appKey)}">${appKey}</a><small>${integration}</small>`,
      },
      {
        head: say('status'),
        role: 'second',
        cell: ({ heardAtMs }) => heardState(speech, heardAtMs, nowMs),
      },
      {
        ...{ head: say('operator.heard'), role: 'pair' },
        cell: ({ heardAtMs }) =>
          heardAtMs === null
            ? say('operator.heard.never')
            : say('operator.ago', { time: duration(nowMs - heardAtMs, language) }),
      },
      {
        ...{ head: say('operator.loss'), role: 'pair', isNumber: true },
        // Nothing was compared: the rate is not known.
        cell: ({ byWebhook, byAsking }) => share(byAsking, byWebhook + byAsking) ?? say('unknown'),
      },
      {
        head: say('operator.by-asking'),
        role: 'main',
        isNumber: true,
        hasLabel: true,
        cell: ({ byAsking }) => String(byAsking),
      },
    ],
  });
  return card(say('operator.apps.rows'), '', rows.length === 0 ? empty : body);
}

/** Whether an app's deliveries come; one that never had any may not be set up yet. */
export function heardState({ say }: Speech, heardAtMs: number | null, nowMs: number): Html {
  if (heardAtMs === null) return status('none', 'none', say('operator.is.never'));
  return nowMs - heardAtMs > SILENT_AFTER_MS
    ? status('warn', 'warn', say('operator.is.silent'))
    : status('ok', 'ok', say('operator.is.heard'));
}
