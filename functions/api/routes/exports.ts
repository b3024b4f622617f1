import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, MAX_NAME_WITH_ID, platformSchema } from '../../../lib/events/id.ts';
import { wholeOf } from '../../../lib/ledger/statement.ts';
import { hasEntries } from '../../../lib/store/ledger/entries.ts';
import { EXPORT_FORMATS, type Export } from '../../../lib/store/ledger/exports.ts';
import { statementIdOf } from '../../../lib/store/ledger/statements.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import type { ExportRequest } from '../exports.ts';
import { CONTENT_TYPES } from '../files.ts';
import { windowOf } from '../input.ts';
import { ownOf, type Principal } from '../principal.ts';
import { answer, forEither } from '../route.ts';
import { findClosed } from '../statement-view.ts';

export const exportPost = forEither('POST /v1/exports', {
  needs: 'statements:read',
  body: z.discriminatedUnion('of', [
    z.strictObject({
      of: z.literal('statement'),
      statementId: givenId(MAX_NAME_WITH_ID),
      format: z.enum(EXPORT_FORMATS),
    }),
    z.strictObject({
      of: z.literal('store'),
      /** The operator says whose. */
      providerId: givenId().optional(),
      ...{ platform: platformSchema, storeId: givenId() },
      ...{ from: z.iso.date(), to: z.iso.date(), format: z.enum(EXPORT_FORMATS) },
    }),
  ]),
});

export const exportsGet = forEither('GET /v1/exports', { needs: 'statements:read' });

const params = z.object({ exportId: givenId() });

export const exportGet = forEither('GET /v1/exports/{exportId}', {
  needs: 'statements:read',
  params,
});

/** A browser that takes it brings the cookie of the pages. */
export const exportFileGet = forEither('GET /v1/exports/{exportId}/file', {
  needs: 'statements:read',
  params,
  query: z.object({ part: z.coerce.number('part: a number').int().min(1).max(100_000).default(1) }),
  isPage: () => true,
  isExport: () => true,
});

/** Files of any length: made piece by piece on the attribution queue, kept for seven days. */
export function exportsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, exportPost, async ({ principal, body }, c) => {
    const request = await requestOf(body, principal, deps);
    const { exportShown, startExport } = await import('../exports.ts');
    const started = await startExport(request, principal, deps);
    const { exported } = started.export;
    noteChange(c, {
      ...{ subject: `export/${started.export.exportId}`, providerId: exported.providerId },
      ...{ isChange: started.isNew, after: body },
    });
    return c.json(exportShown(started.export), started.export.status === 'done' ? 200 : 202);
  });

  answer(api, deps, exportsGet, async ({ principal }, c) => {
    const { exportShown, ownExports } = await import('../exports.ts');
    return c.json({ exports: (await ownExports(principal, deps)).map(exportShown) });
  });

  answer(api, deps, exportGet, async ({ principal, params: { exportId } }, c) => {
    const { exportShown, findExport } = await import('../exports.ts');
    return c.json(exportShown(await findExport(exportId, principal, deps)));
  });

  answer(api, deps, exportFileGet, async ({ principal, params, query: { part } }, c) =>
    fileOf(c, { principal, exportId: params.exportId, part }, deps),
  );
}

type ExportBody = z.infer<typeof exportPost.body>;

function requestOf(
  body: ExportBody,
  principal: Principal,
  deps: ApiDeps,
): ExportRequest | Promise<ExportRequest> {
  switch (body.of) {
    case 'statement':
      return statementRequest(body, principal, deps);
    case 'store':
      return storeRequest(body, principal, deps);
    default:
      return body satisfies never;
  }
}

/** What a file is made of. @throws Problem as the statement's own address does */
async function statementRequest(
  { statementId, format }: Extract<ExportBody, { of: 'statement' }>,
  principal: Principal,
  deps: ApiDeps,
): Promise<ExportRequest> {
  const statement = await findClosed(statementId, principal, deps);
  const { providerId, month, closedAt, asOf } = statement;
  return {
    exported: { of: 'statement', providerId, month },
    ...{ format, needs: 'statements:read', name: `statement-${month}` },
    rowsTotal: wholeOf(statement.sums).entryCount,
    asOf: closedAt ?? asOf,
  };
}

/** What is booked at this moment has its instant already, and may stand a moment later. */
const SETTLED_MS = 60_000;

/** @throws Problem `not-found` where nothing of theirs was ever booked in the store */
async function storeRequest(
  { format, platform, storeId, ...asked }: Extract<ExportBody, { of: 'store' }>,
  principal: Principal,
  deps: ApiDeps,
): Promise<ExportRequest> {
  const { providerId = asked.providerId } = ownOf(principal, asked.providerId);
  if (providerId === undefined) {
    throw new Problem('request-invalid', 'providerId: say whose lines.', {
      fields: ['providerId'],
    });
  }
  const { from, to } = windowOf(asked, deps.now());
  const place = { providerId, platform, storeId };
  if (!(await hasEntries(deps.table, place))) {
    throw new Problem('not-found', 'storeId: nothing of yours was booked in such a store.');
  }
  const asOf = toInstant(deps.now() - SETTLED_MS);
  const name = `store-${storeId.replaceAll(/[^\w-]/g, '_')}-${from}-${to}`;
  return {
    exported: { of: 'store', ...place, from, to, asOf },
    ...{ format, needs: 'statements:read', name, rowsTotal: 0, asOf },
  };
}

async function fileOf(
  c: Context,
  { principal, exportId, part }: { principal: Principal; exportId: string; part: number },
  deps: ApiDeps,
): Promise<Response> {
  const { exportPart, findExport } = await import('../exports.ts');
  const one = await findExport(exportId, principal, deps);
  const { exported, format, name } = one;
  noteChange(c, { subject: subjectOf(one), providerId: exported.providerId });
  const { bytes, parts } = await exportPart(one, part, deps);
  return c.body(bytes, 200, {
    'content-type': CONTENT_TYPES[format],
    'content-disposition': `attachment; filename="${name}${parts === 1 ? '' : `-${part}-of-${parts}`}.${format}"`,
    'cache-control': 'no-store',
    ...(part < parts ? { link: `<?part=${part + 1}>; rel="next"` } : {}),
  });
}

function subjectOf({ exported, format, name }: Export): string {
  return exported.of === 'statement'
    ? `statement/${statementIdOf(exported)}.${format}`
    : `${name}.${format}`;
}
