import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId, platformSchema } from '../../../lib/events/id.ts';
import { type Lead, listLeads } from '../../../lib/store/growth/leads.ts';
import { businessDayAt } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput, lineInput, windowShape } from '../input.ts';
import { type LeadStage, STAGES } from '../lead-days.ts';
import type { StandingLead } from '../lead-stages.ts';
import { answer, forProvider } from '../route.ts';

const line = lineInput(200);

export const leadPost = forProvider('POST /v1/leads', {
  needs: 'followers:manage',
  body: z.strictObject({
    name: line,
    city: line.optional(),
    category: line.optional(),
    source: line.optional(),
    platform: platformSchema.optional(),
    merchantId: givenId().optional(),
    followerId: givenId().optional(),
  }),
});

export const leadsGet = forProvider('GET /v1/leads', {
  needs: 'reports:read',
  query: z.object({
    stage: z.enum(STAGES).optional(),
    follower: givenId().optional(),
    limit: limitInput(50, 100),
    cursor: cursorInput(z.string().max(100)),
  }),
});

const params = z.object({ leadId: givenId() });

export const leadGet = forProvider('GET /v1/leads/{leadId}', { needs: 'reports:read', params });

export const leadPatch = forProvider('PATCH /v1/leads/{leadId}', {
  needs: 'followers:manage',
  params,
  body: z
    .strictObject({
      name: line,
      city: line.nullable(),
      category: line.nullable(),
      source: line.nullable(),
      platform: platformSchema.nullable(),
      merchantId: givenId().nullable(),
      followerId: givenId().nullable(),
      note: lineInput(500).nullable(),
      lostBecause: lineInput(500).nullable(),
      stage: z.enum(
        ['lead', 'contacted'],
        'lead or contacted; authorised, contracted and first_redemption come of what happens, and of nothing that is said here',
      ),
    })
    .partial(),
});

export const leadImportPost = forProvider('POST /v1/leads/imports', {
  needs: 'followers:manage',
  query: z.strictObject({
    providerId: z.string().optional(),
    dryRun: z.enum(['true', 'false']).optional(),
  }),
});

export const leadFunnelGet = forProvider('GET /v1/lead-funnel', {
  needs: 'reports:read',
  query: z.object(windowShape),
});

/** Those that one request looks at: a page may have fewer than it could, and go on. */
const MAX_READ = 200;
const MAX_OF_FUNNEL = 2_000;
const AT_ONCE = 50;

/** Merchants that a provider would like to work for (拓客). What is rarely used is loaded when it is. */
export function leadsRoutes(api: Hono, deps: ApiDeps): void {
  const standing = async (leads: readonly Lead[]) =>
    (await import('../lead-stages.ts')).standingLeads(leads, deps);
  const shownOne = async (lead: Lead) => {
    const [one] = await standing([lead]);
    if (one === undefined) throw new Error('a lead stands somewhere');
    return shown(one);
  };

  answer(api, deps, leadPost, async ({ providerId, principal, body }, c) => {
    const { enterLead, goTogether, requireMember } = await import('../leads.ts');
    const { name, city = null, category = null, source = null } = body;
    const { platform = null, merchantId = null, followerId = null } = body;
    if ((platform === null) !== (merchantId === null)) throw goTogether();
    await requireMember(providerId, followerId, deps);
    const terms = { name, city, category, source, platform, merchantId, followerId };
    const lead = await enterLead(providerId, terms, principal.actor, deps);
    noteChange(c, { subject: `lead/${lead.leadId}`, providerId, after: terms });
    return c.json(await shownOne(lead), 201);
  });

  answer(api, deps, leadsGet, async ({ providerId, query }, c) => {
    const { stage, follower, limit, cursor } = query;
    const found: StandingLead[] = [];
    let read: Lead[] = [];
    let count = 0;
    let last: string | null = null;
    let next: string | null = null;
    /** Takes what fits on the page; where more is wanted, the page goes on after its last one. */
    const look = async () => {
      const wanted = (await standing(read)).filter((one) => (stage ?? one.stage) === one.stage);
      read = [];
      const fitting = wanted.slice(0, limit - found.length);
      found.push(...fitting);
      if (fitting.length < wanted.length) next = found.at(-1)?.lead.leadId ?? null;
    };
    for await (const lead of listLeads(deps.table, providerId, cursor)) {
      if (next !== null || count === MAX_READ) break;
      count += 1;
      last = lead.leadId;
      if (follower === undefined || lead.followerId === follower) read.push(lead);
      if (read.length === AT_ONCE) await look();
    }
    if (read.length > 0) await look();
    if (count === MAX_READ) next ??= last;
    return c.json({
      leads: found.map(shown),
      next: next === null ? null : writeCursor(c, next),
    });
  });

  answer(api, deps, leadGet, async ({ providerId, params: { leadId } }, c) => {
    const { findLead } = await import('../leads.ts');
    return c.json(await shownOne(await findLead(providerId, leadId, deps)));
  });

  answer(api, deps, leadPatch, async ({ providerId, params: { leadId }, body }, c) => {
    const { changeLead, requireMember } = await import('../leads.ts');
    await requireMember(providerId, body.followerId, deps);
    const { before, after } = await changeLead(providerId, leadId, body, deps);
    noteChange(c, { subject: `lead/${leadId}`, providerId, before, after });
    return c.json(await shownOne(after));
  });

  answer(api, deps, leadImportPost, async ({ providerId, principal, query }, c) => {
    const { importLeads } = await import('../lead-import.ts');
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const how = { providerId, actor: principal.actor, dryRun: query.dryRun === 'true' };
    const done = await importLeads(bytes, how, deps);
    const { lines, entered, refused } = done;
    const after = { lines, entered, refused: refused.length };
    noteChange(c, {
      ...{ subject: 'lead/import', providerId, after },
      isChange: !done.dryRun && entered > 0,
    });
    return c.json(done);
  });

  answer(api, deps, leadFunnelGet, async ({ providerId, query }, c) => {
    const { funnelOf } = await import('../lead-funnel.ts');
    const { from = '0000-00-00', to = businessDayAt(deps.now()) } = query;
    const leads: Lead[] = [];
    let more = false;
    for await (const lead of listLeads(deps.table, providerId)) {
      const day = lead.createdAt.slice(0, 10);
      if (day > to) continue;
      if (day < from) break;
      more = leads.length === MAX_OF_FUNNEL;
      if (more) break;
      leads.push(lead);
    }
    const all = await standing(leads);
    return c.json({ leads: all.length, more, stages: funnelOf(all) });
  });
}

function shown({ lead, stage, days }: StandingLead) {
  const { providerId: _own, found: _found, step: _step, contactedOn: _on, ...told } = lead;
  return { ...told, stage, days: days satisfies Record<LeadStage, string | null> };
}
