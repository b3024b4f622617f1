import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { print, printList } from './print.ts';
import { need, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `Profiles are linke-merchants (抖音林客 商家列表), douyin-bill, meituan-bill.
The file is CSV in UTF-8 or GBK, or XLSX, of at most 4 MiB. Where its headings
are others than the profile's, --columns names them:
  --columns 'merchantId=商户号;redeemed=核销金额(元)'
Fields are merchantId, merchantName, day, paid, redeemed, refunded and
commission. Nothing is booked: the result is evidence, read again by its id.
`;

export const importFile: Verb = { details: DETAILS, run };

const COLUMNS = ['merchantId', 'measure', 'oursFen', 'sources', 'theirsFen', 'gapFen', 'reason'];

const KEPT = ['importId', 'profile', 'from', 'to', 'importedAt', 'lines', 'read'];

const answerSchema = z.looseObject({
  importId: z.string().nullable(),
  lines: z.int(),
  read: z.int(),
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
  differences: z.array(
    z.looseObject({
      oursBySource: z.array(z.object({ source: z.string(), fen: z.int() })).nullable(),
    }),
  ),
});

/** What brought our amount, as people read it: `webhook 3050, list 200`. */
function withSources(one: z.infer<typeof answerSchema>['differences'][number]) {
  const parts = one.oursBySource?.map(({ source, fen }) => `${source} ${fen}`);
  return { ...one, sources: parts === undefined ? '?' : parts.join(', ') };
}

/** @returns 1 when any line was refused */
async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    profile: { type: 'string' },
    provider: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    columns: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  });
  const [given, importId] = positionals;
  const { provider: providerId } = values;
  if (given === 'list') {
    const kept = await remote.get('/v1/imports', { providerId });
    printList(kept, { rows: 'imports', columns: KEPT, json: values.json });
    return 0;
  }
  if (given === 'get') {
    const path = `/v1/imports/${encodeURIComponent(need(importId, 'the import’s id'))}`;
    print(await remote.get(path, { providerId }));
    return 0;
  }
  const content = new Uint8Array(await readFile(need(given, 'the file')));
  const query = new URLSearchParams({ profile: need(values.profile, '--profile') });
  const { from, to, columns } = values;
  const dryRun = values['dry-run'] ? 'true' : undefined;
  for (const [name, value] of Object.entries({ providerId, from, to, columns, dryRun })) {
    if (value !== undefined) query.set(name, value);
  }
  const answer = await remote.postFile(`/v1/imports?${query}`, 'application/octet-stream', content);
  if (values.json === true) print(answer);
  else {
    const { lines, read, refused, differences, importId: kept } = answerSchema.parse(answer);
    for (const one of refused) process.stdout.write(`line ${one.line}: ${one.reason}\n`);
    const shown = { ...answer, differences: differences.map(withSources) };
    printList(shown, { rows: 'differences', columns: COLUMNS, json: false });
    const where = kept === null ? 'nothing is kept' : `kept as ${kept}`;
    process.stdout.write(`${read} of ${lines} lines read, ${refused.length} refused; ${where}\n`);
  }
  return Array.isArray(answer.refused) && answer.refused.length > 0 ? 1 : 0;
}
