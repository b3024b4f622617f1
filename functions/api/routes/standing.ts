import { isDeepStrictEqual } from 'node:util';
import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/id.ts';
import { readProvider } from '../../../lib/store/accounts/parties.ts';
import {
  appendProgramme,
  type Programme,
  putCertificates,
  readCertificates,
  readProgramme,
  readProgrammes,
  SCORED,
} from '../../../lib/store/growth/programmes.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput } from '../input.ts';
import { answer, forEither, forOperator, forProvider } from '../route.ts';

const line = lineInput(100);
const fen = z.int().min(0);

const tier = z.strictObject({
  name: line,
  fromFen: fen,
  benefits: z.array(lineInput(200)).max(30),
});

const score = z.strictObject({
  terms: z
    .array(
      z
        .strictObject({
          measure: z.enum(SCORED),
          from: z.int(),
          to: z.int(),
          points: z.int().min(1).max(10_000),
        })
        .refine(({ from, to }) => from !== to, 'from and to are one; say where the points end'),
    )
    .min(1)
    .max(20),
  entryPoints: z.int().min(0),
  exitPoints: z.int().min(0),
});

export const programmePut = forOperator('PUT /v1/programmes/{programmeId}', {
  needs: 'registry:write',
  params: z.object({ programmeId: givenId(64) }),
  body: z.strictObject({
    name: line,
    period: z.enum(['month', 'quarter', 'year']),
    measure: z.enum(['redeemed', 'paid']),
    tracks: z
      .array(z.strictObject({ name: line, category: line, certificate: line.optional() }))
      .max(50)
      .refine((all) => isEachOnce(all.map(({ name }) => name)), 'names a track twice')
      .optional(),
    tiers: z
      .array(tier)
      .min(1)
      .max(30)
      .refine((all) => isEachOnce(all.map(({ name }) => name)), 'names a tier twice')
      .refine(
        (all) => all.every(({ fromFen }, at) => at === 0 || fromFen > (all[at - 1]?.fromFen ?? 0)),
        'a tier begins at or below the one before it; write them from the lowest to the highest',
      ),
    score: score
      .refine(
        ({ entryPoints, exitPoints }) => exitPoints <= entryPoints,
        'exitPoints is above entryPoints; who is just in would be out',
      )
      .optional(),
  }),
});

export const programmesGet = forEither('GET /v1/programmes', { needs: 'reports:read' });

export const certificatesPut = forOperator(
  'PUT /v1/programmes/{programmeId}/certificates/{providerId}',
  {
    needs: 'registry:write',
    params: z.object({ programmeId: givenId(64), providerId: givenId() }),
    body: z.strictObject({
      certificates: z
        .array(
          z
            .strictObject({
              track: line,
              number: line.nullable().default(null),
              from: z.iso.date(),
              to: z.iso.date().nullable().default(null),
            })
            .refine(({ from, to }) => to === null || to >= from, 'to is before from'),
        )
        .max(100),
    }),
  },
);

export const standingGet = forProvider('GET /v1/standing', {
  needs: 'reports:read',
  query: z.object({ programmeId: givenId(64) }),
});

function isEachOnce(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

const MAX_TRIES = 5;

/** Platforms' programmes for providers, and where each provider stands in them. */
export function standingRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, programmePut, async ({ params: { programmeId }, body, principal }, c) => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const before = await readProgramme(deps.table, programmeId);
      const { tracks = [], score: scored = null, ...own } = body;
      const after: Programme = {
        ...{ programmeId, version: (before?.version ?? 0) + 1, ...own, score: scored },
        tracks: tracks.map((one) => ({ ...one, certificate: one.certificate ?? null })),
        ...{ recordedAt: toInstant(deps.now()), recordedBy: principal.actor },
      };
      const subject = `programme/${programmeId}`;
      if (before !== undefined && isSame(before, after)) {
        noteChange(c, { subject, isChange: false });
        return c.json(before);
      }
      const refused = await appendProgramme(deps.table, after, deps.now());
      if (refused === 'name') {
        const detail = 'name: another programme has this name. Two of one name nobody tells apart.';
        throw new Problem('request-invalid', detail, { fields: ['name'] });
      }
      if (refused === 'version') continue;
      noteChange(c, { subject, before: before ?? null, after });
      return c.json(after);
    }
    throw new Problem('internal', 'Others changed this programme at once. Try again.');
  });

  answer(api, deps, programmesGet, async (_request, c) =>
    c.json({ programmes: await readProgrammes(deps.table) }),
  );

  answer(api, deps, certificatesPut, async ({ params, body: { certificates } }, c) => {
    const { programmeId, providerId } = params;
    const programme = await requireProgramme(programmeId, deps);
    if ((await readProvider(deps.table, providerId)) === undefined) {
      throw new Problem('not-found', 'No such provider is registered.');
    }
    const tracks = new Set(programme.tracks.map(({ name }) => name));
    if (certificates.some(({ track }) => !tracks.has(track))) {
      const detail =
        'track: the programme has no track of that name. GET /v1/programmes lists them.';
      throw new Problem('request-invalid', detail, { fields: ['track'] });
    }
    const before = await readCertificates(deps.table, params);
    await putCertificates(deps.table, params, certificates);
    const subject = `programme/${programmeId}/certificates`;
    noteChange(c, { subject, providerId, before, after: certificates });
    return c.json({ programmeId, providerId, certificates });
  });

  answer(api, deps, standingGet, async ({ providerId, query: { programmeId } }, c) => {
    const programme = await requireProgramme(programmeId, deps);
    const [{ standingOf }, { explainStanding }] = await Promise.all([
      import('../standing.ts'),
      import('../standing-text.ts'),
    ]);
    const found = await standingOf(deps.table, programme, providerId, deps.now());
    return c.json({ ...found, explanation: explainStanding(found) });
  });
}

async function requireProgramme(programmeId: string, { table }: ApiDeps): Promise<Programme> {
  const found = await readProgramme(table, programmeId);
  if (found !== undefined) return found;
  throw new Problem('not-found', 'There is no such programme. GET /v1/programmes lists them.');
}

function isSame(a: Programme, b: Programme): boolean {
  const { version: _v, recordedAt: _at, recordedBy: _by, ...own } = a;
  const { version: _w, recordedAt: _bt, recordedBy: _name, ...other } = b;
  return isDeepStrictEqual(own, other);
}
