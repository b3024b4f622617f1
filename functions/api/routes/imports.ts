import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { listImports, readImport } from '../../../lib/store/ledger/imports.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { windowOf, windowShape } from '../input.ts';
import { answer, forProvider } from '../route.ts';

/** As `lib/imports/profiles.ts` has them, which is loaded with a file and not before. */
const PROFILE_NAMES = ['linke-merchants', 'douyin-bill', 'meituan-bill'] as const;

export const importPost = forProvider('POST /v1/imports', {
  needs: 'imports:write',
  query: z.strictObject({
    profile: z.enum(PROFILE_NAMES),
    providerId: z.string().optional(),
    ...windowShape,
    /** `field=heading;field=heading`, where the file’s own headings are others than the profile’s. */
    columns: z.string().max(1_000).optional(),
    dryRun: z.enum(['true', 'false']).optional(),
  }),
});

export const importsGet = forProvider('GET /v1/imports', { needs: 'statements:read' });

export const importGet = forProvider('GET /v1/imports/{importId}', {
  needs: 'statements:read',
  params: z.object({ importId: z.string().regex(/^[0-9a-z-]{1,64}$/) }),
});

/** Files that only people have, compared with our books. Nothing of them is booked: they are evidence. */
export function importsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, importPost, async ({ providerId, query }, c) => {
    const { profile, columns = '', dryRun } = query;
    const window = windowOf(query, deps.now());
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const { importFile } = await import('../imports.ts');
    const how = { profile, providerId, window, columns, dryRun: dryRun === 'true' };
    const done = await importFile(bytes, how, deps);
    const { importId, lines, read } = done;
    const after = { profile, ...window, lines, read, differences: done.differences.length };
    const subject = `import/${importId ?? 'none'}`;
    noteChange(c, { subject, providerId, after, isChange: importId !== null });
    return c.json(done);
  });

  answer(api, deps, importsGet, async ({ providerId }, c) =>
    c.json({ imports: await listImports(deps.table, providerId) }),
  );

  answer(api, deps, importGet, async ({ providerId, params: { importId } }, c) => {
    const found = await readImport(deps.table, providerId, importId);
    if (found === undefined) {
      throw new Problem(
        'not-found',
        'No import of that id is this provider’s. GET /v1/imports lists them.',
      );
    }
    const { kept, rows } = found;
    const refused = rows.filter((row) => 'line' in row);
    const differences = rows.filter((row) => !('line' in row));
    return c.json({ ...kept, refused, differences });
  });
}
