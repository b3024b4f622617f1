import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import { actForm } from '../parts/act-form.ts';
import type { Desk, Outcome, Room, RoomPage } from '../room.ts';
import {
  bodyOfForm,
  contractFields,
  endOf,
  type FormContract,
  formContract,
  typedOf,
} from './contract-form.ts';
import { CONTRACTS_PATH, dueCard, listCard } from './contract-list.ts';
import { futureCard, trialCard, trialRun } from './contract-trial.ts';
import { address, card, inside } from './parts.ts';
import { providersList } from './people.ts';
import { proposalList, proposalsCard } from './proposals.ts';

const PATH = CONTRACTS_PATH;

const query = z.object({
  platform: z.enum(PLATFORMS).optional().catch(undefined),
  merchantId: z.string().max(128).optional(),
  providerId: z.string().max(128).optional(),
  /** A dry run that is looked at. */
  trial: z.string().max(128).optional(),
  /** A proposal that a contract is made of. */
  cooperation: z.string().max(128).optional(),
  ...{ from: z.iso.date().optional(), to: z.iso.date().optional() },
});

const listed = z.object({ contracts: z.array(formContract) });

/** `GET /operator/contracts`: contracts of a merchant or a provider; writes one, tries it, and signs it. */
export const operatorContractsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'contracts:write' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { providers } = await ask({ path: '/v1/providers?limit=200' }, providersList);
    const run =
      asked.trial === undefined
        ? null
        : await ask({ path: pathOf`/v1/restatements/${asked.trial}` }, trialRun);
    const platform = asked.platform ?? (typed.platform || run?.proposed?.platform);
    const merchantId = asked.merchantId || typed.merchantId || run?.proposed?.merchantId;
    const place = platform !== undefined && merchantId ? { platform, merchantId } : null;
    const whose = place ?? (asked.providerId ? { providerId: asked.providerId } : null);
    const [contracts, proposals] = await Promise.all([
      whose === null ? null : ask({ path: address('/v1/contracts', whose) }, listed),
      place === null ? null : ask({ path: address('/v1/contract-proposals', place) }, proposalList),
    ]);
    const choices = [
      ['', ''] as const,
      ...providers.map((own) => [own.providerId, own.name] as const),
    ];
    const proposal = proposals?.proposals.find((one) => one.cooperationId === asked.cooperation);
    const first = run?.proposed ?? proposal?.draft ?? null;
    const values = first === null ? { ...asked } : typedOf(first);
    const cooperation = asked.cooperation ?? typed.cooperationId ?? '';
    return {
      title: ({ say }) => say('contracts'),
      note: ({ say }) => say('operator.contracts.note'),
      ...(run === null ? {} : { version: `${run.status}.${run.progress.entriesRead}` }),
      main: (speech) => {
        const { say } = speech;
        const form = actForm(say, {
          ...{ action: PATH, act: 'try', submit: 'terms.try', isMain: run === null, typed },
          hidden: cooperation === '' ? {} : { cooperationId: cooperation },
          fields: contractFields(say, choices, withoutUndefined(values)),
        });
        const signing = {
          action: PATH,
          hidden: { body: JSON.stringify(run?.proposed ?? {}), cooperationId: cooperation },
        };
        return html`${asked.from !== undefined && asked.to !== undefined && place !== null ? dueCard(speech, { ...place, from: asked.from, to: asked.to }) : ''}
${run === null ? '' : trialCard(speech, run, signing, new Map(choices))}
${listCard(speech, { choices, asked: { ...asked, ...place }, contracts: contracts?.contracts ?? null, typed })}
${place === null || proposals === null ? '' : proposalsCard(speech, PATH, place, proposals.proposals, typed)}
${card(say('terms.new'), say('terms.new.note'), inside(form))}`;
      },
    };
  },
  acts: {
    async try({ ask }, typed) {
      const body = bodyOfForm(typed);
      const path = '/v1/contracts?dryRun=true';
      const tried = await ask({ method: 'POST', path, body }, triedAnswer);
      return shownTrial(tried, {
        body: JSON.stringify(body),
        cooperationId: typed.cooperationId ?? '',
      });
    },
    async 'try-end'({ ask }, { contractId = '', endsAt: lastDay = '' }) {
      const endsAt = endOf(lastDay);
      const path = `${pathOf`/v1/contracts/${contractId}/end`}?dryRun=true`;
      const tried = await ask({ method: 'POST', path, body: { endsAt } }, triedAnswer);
      return shownTrial(tried, { body: JSON.stringify({ contractId, endsAt }), cooperationId: '' });
    },
    async sign({ ask }, { body: text = '{}', cooperationId = '' }) {
      const signed = JSON.parse(text) as Record<string, unknown>;
      const { contractId, endsAt, ...all } = signed;
      const { platform, merchantId } = all as Partial<FormContract>;
      // What was tried has an id: of a contract that stands, or the one that a new one would have had.
      const stands = typeof contractId === 'string' && (await isStanding(ask, contractId, all));
      const terms = stands ? { endsAt } : bodyOfTried({ ...all, endsAt });
      const path = stands
        ? pathOf`/v1/contracts/${contractId as string}/end`
        : cooperationId === ''
          ? '/v1/contracts'
          : pathOf`/v1/contract-proposals/${String(platform)}/${String(merchantId)}/${cooperationId}/confirm`;
      const done = await ask({ method: 'POST', path, body: terms }, triedAnswer);
      const at = placeOf(done.contractId);
      return { to: address(PATH, { ...at, ...done.affects }), done: 'done.signed' };
    },
    async refuse({ ask }, { platform = '', merchantId = '', cooperationId = '', reason = '' }) {
      const path = pathOf`/v1/contract-proposals/${platform}/${merchantId}/${cooperationId}/refuse`;
      await ask({ method: 'POST', path, body: { reason } }, z.unknown());
      return { to: address(PATH, { platform, merchantId }), done: 'done.refused' };
    },
    async restate({ ask }, { platform, merchantId, from, to, reason }) {
      const body = { platform, merchantId, from, to, reason };
      const begun = z.object({ restatementId: z.string() });
      const { restatementId } = await ask(
        { method: 'POST', path: '/v1/restatements', body },
        begun,
      );
      return { to: address('/operator/restatements', { id: restatementId }), done: 'done.begun' };
    },
  },
};

const triedAnswer = z.object({
  ...{ contractId: z.string(), standing: z.boolean() },
  affects: z.object({ from: z.string(), to: z.string() }).nullable(),
  dryRun: z.object({ restatementId: z.string() }).nullable().optional(),
});

function shownTrial({ dryRun, standing }: z.infer<typeof triedAnswer>, hidden: Typed): Outcome {
  if (dryRun == null) {
    return { once: (speech) => futureCard(speech, standing, { action: PATH, hidden }) };
  }
  const { cooperationId: cooperation } = hidden;
  return { to: address(PATH, { trial: dryRun.restatementId, cooperation }), done: 'done.begun' };
}

/** Of the id of a contract: its number, its platform, its merchant. */
function placeOf(contractId: string): { platform: string; merchantId: string } {
  const [, platform = '', ...merchantId] = contractId.split('.');
  return { platform, merchantId: merchantId.join('.') };
}

/** Whether it was another end of a contract that stands. */
async function isStanding(
  ask: Desk['ask'],
  contractId: string,
  { providerId }: Record<string, unknown>,
): Promise<boolean> {
  const { contracts } = await ask({ path: address('/v1/contracts', placeOf(contractId)) }, listed);
  const one = contracts.find((own) => own.contractId === contractId);
  return one !== undefined && (providerId === undefined || one.providerId === providerId);
}

/** Without what the log adds to a contract. */
function bodyOfTried(all: Record<string, unknown>): object {
  const names = ['providerId', 'platform', 'merchantId', 'mode', 'scope', 'shareBp', 'commission'];
  const terms = ['rateBp', 'productRates', 'tiers', 'startsAt', 'endsAt'];
  const own = [...names, ...terms].filter((name) => all[name] !== undefined);
  return Object.fromEntries(own.map((name) => [name, all[name]]));
}

function withoutUndefined(
  all: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}
