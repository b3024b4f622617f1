import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { unpacked } from '../../lib/exports/pieces.ts';
import { sourceOf } from '../../lib/exports/sources.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import {
  createExport,
  type Export,
  listExports,
  readExport,
  readExportPiece,
} from '../../lib/store/ledger/exports.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { NO_SHEET } from '../../lib/xlsx/workbook-bytes.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';

const KEPT_SECONDS = 7 * 86_400;

/** A function may answer with 6 MB, in which a workbook's bytes count for a third more. */
const PART_BYTES = 3_000_000;

/** The most rows that a sheet has, with its headings and its sums. */
const MOST_ROWS = 1_048_000;

export type ExportRequest = Pick<Export, 'exported' | 'format' | 'needs' | 'name' | 'rowsTotal'> & {
  /** Of what it is made of, so that the same again is the same file: when that ended, or now. */
  readonly asOf: string;
};

/**
 * Begins a file, or finds the one that is made of the same already.
 * @throws Problem `request-invalid` for a workbook of more rows than a sheet has
 */
export async function startExport(
  { asOf, ...request }: ExportRequest,
  principal: Principal,
  deps: ApiDeps,
): Promise<{ readonly export: Export; readonly isNew: boolean }> {
  if (request.format === 'xlsx' && request.rowsTotal > MOST_ROWS) {
    throw new Problem('request-invalid', `A sheet has at most ${MOST_ROWS} rows. Take a CSV.`);
  }
  const tenant = tenantOf(principal);
  const { exported, format } = request;
  const exportId = fingerprint('export', JSON.stringify([tenant, exported, format, asOf]));
  const one: Export = {
    ...request,
    ...{ exportId, tenant, status: 'running', step: 0, cursor: null, rows: 0, sizes: [] },
    ...{ createdAt: toInstant(deps.now()), endedAt: null, sheet: NO_SHEET },
    sums: sourceOf(exported).sums.map((kind) => (kind === null ? null : 0)),
    expiresAt: Math.floor(deps.now() / 1_000) + KEPT_SECONDS,
  };
  const isNew = await createExport(deps.table, one);
  const standing = isNew ? one : ((await readExport(deps.table, tenant, exportId)) ?? one);
  // Also where it stands: its message may be lost.
  if (standing.status === 'running') await goOn(standing, deps);
  return { export: standing, isNew };
}

async function goOn({ tenant, exportId, step }: Export, { table, now, sqs, queues }: ApiDeps) {
  const attribution = new Queue(sqs, queues.attribution.url);
  const message = { type: 'export', v: MESSAGE_VERSION, tenant, exportId, step } as const;
  await sendNoted([message], { table, attribution, now });
}

/** Whoever's, and only those that they may still take. */
export async function ownExports(principal: Principal, deps: ApiDeps): Promise<Export[]> {
  const all = await listExports(deps.table, tenantOf(principal));
  return all.filter((one) => isTheirs(one, principal, deps));
}

/** @throws Problem `not-found`, also for another's, for one that is over, and for what they may not see */
export async function findExport(
  exportId: string,
  principal: Principal,
  deps: ApiDeps,
): Promise<Export> {
  const found = await readExport(deps.table, tenantOf(principal), exportId);
  if (found !== undefined && isTheirs(found, principal, deps)) return found;
  const detail = 'There is no such file, or its seven days are over. Have it made again.';
  throw new Problem('not-found', detail);
}

function isTheirs({ needs, expiresAt }: Export, { permissions }: Principal, { now }: ApiDeps) {
  return permissions.has(needs) && expiresAt * 1_000 > now();
}

function tenantOf(principal: Principal): string | null {
  return principal.is === 'provider' ? principal.providerId : null;
}

/** From which piece to which each part of the file goes. */
function partsOf({ sizes }: Export): (readonly [from: number, to: number])[] {
  const parts: [number, number][] = [];
  let bytes = PART_BYTES;
  for (const [piece, size] of sizes.entries()) {
    const last = parts.at(-1);
    if (last === undefined || bytes + size > PART_BYTES) {
      parts.push([piece, piece + 1]);
      bytes = size;
    } else {
      last[1] = piece + 1;
      bytes += size;
    }
  }
  return parts;
}

/** As the API says it. */
export function exportShown(one: Export) {
  const { exportId, exported, format, status, createdAt, endedAt, rows, rowsTotal } = one;
  const isDone = status === 'done';
  return {
    ...{ exportId, exported, format, status, createdAt, endedAt },
    expiresAt: toInstant(one.expiresAt * 1_000),
    file: `${one.name}.${format}`,
    progress: { rows, of: Math.max(rows, rowsTotal) },
    bytes: isDone ? one.sizes.reduce((all, size) => all + size, 0) : null,
    parts: isDone ? partsOf(one).length : null,
  };
}

/**
 * A part of a file that is made: the parts one after the other are the file.
 * @param part from 1
 * @throws Problem `export-running` or `request-invalid`
 */
export async function exportPart(
  one: Export,
  part: number,
  { table }: ApiDeps,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly parts: number }> {
  if (one.status !== 'done') {
    const { rows, of } = exportShown(one).progress;
    const detail = `The file is being made: ${rows} of ${of} rows. Take it when it says done.`;
    throw new Problem('export-running', detail);
  }
  const parts = partsOf(one);
  const own = parts[part - 1];
  if (own === undefined) {
    throw new Problem('request-invalid', `part: there are ${parts.length} parts`);
  }
  const pieces: Uint8Array[] = [];
  for (let piece = own[0]; piece < own[1]; piece += 1) {
    pieces.push(unpacked(one, await readExportPiece(table, one, piece)));
  }
  return { bytes: Uint8Array.from(Buffer.concat(pieces)), parts: parts.length };
}
