import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { givenId, MAX_NAME_WITH_ID } from '../../../lib/events/id.ts';
import { wholeOf } from '../../../lib/ledger/statement.ts';
import { EXPORT_FORMATS } from '../../../lib/store/ledger/exports.ts';
import { statementIdOf } from '../../../lib/store/ledger/statements.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import type { ExportRequest } from '../exports.ts';
import { CONTENT_TYPES } from '../files.ts';
import type { Principal } from '../principal.ts';
import { answer, forEither } from '../route.ts';
import { findClosed } from '../statement-view.ts';

export const exportPost = forEither('POST /v1/exports', {
  needs: 'statements:read',
  body: z.strictObject({
    of: z.literal('statement'),
    statementId: givenId(MAX_NAME_WITH_ID),
    format: z.enum(EXPORT_FORMATS),
  }),
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

/** What a file is made of. @throws Problem as the statement's own address does */
async function requestOf(
  { statementId, format }: z.infer<typeof exportPost.body>,
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

async function fileOf(
  c: Context,
  { principal, exportId, part }: { principal: Principal; exportId: string; part: number },
  deps: ApiDeps,
): Promise<Response> {
  const { exportPart, findExport } = await import('../exports.ts');
  const one = await findExport(exportId, principal, deps);
  const { exported, format, name } = one;
  const whose = statementIdOf(exported);
  noteChange(c, { subject: `statement/${whose}.${format}`, providerId: exported.providerId });
  const { bytes, parts } = await exportPart(one, part, deps);
  return c.body(bytes, 200, {
    'content-type': CONTENT_TYPES[format],
    'content-disposition': `attachment; filename="${name}${parts === 1 ? '' : `-${part}-of-${parts}`}.${format}"`,
    'cache-control': 'no-store',
    ...(part < parts ? { link: `<?part=${part + 1}>; rel="next"` } : {}),
  });
}
