import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import { idSchema } from '../../events/id.ts';
import { instantToMs } from '../../time/shanghai.ts';
import { escapeId, keys, PREFIX } from '../keys.ts';
import type { Table } from '../table.ts';

/** What a score may be made of. Rates are in 1/10000 of what was redeemed before it was taken back. */
export const SCORED = [
  'redeemedFen',
  'paidFen',
  'redeemedCount',
  'refundedBp',
  'reversedBp',
] as const;

/** A platform's programme for providers: versions, like contracts. */
export const programmeSchema = z.object({
  programmeId: idSchema,
  version: z.int().min(1),
  name: z.string(),
  period: z.enum(['month', 'quarter', 'year']),
  measure: z.enum(['redeemed', 'paid']),
  /** 赛道: categories, and what one must be certified as for them. */
  tracks: z.array(
    z.object({ name: z.string(), category: z.string(), certificate: z.string().nullable() }),
  ),
  /** Ascending. */
  tiers: z.array(z.object({ name: z.string(), fromFen: z.int(), benefits: z.array(z.string()) })),
  score: z
    .object({
      /** No points at `from`, all of them at `to`, evenly between; `to` may be below `from`. */
      terms: z.array(
        z.object({ measure: z.enum(SCORED), from: z.int(), to: z.int(), points: z.int() }),
      ),
      /** 准入, 准出 */
      entryPoints: z.int(),
      exitPoints: z.int(),
    })
    .nullable(),
  recordedAt: z.iso.datetime({ offset: true }),
  recordedBy: z.string(),
});
export type Programme = z.infer<typeof programmeSchema>;

const { pk: PARTITION } = keys.programme('', 1);

const nameSchema = z.object({ programmeId: z.string(), at: z.iso.datetime({ offset: true }) });

/** Longer than a request may run: a name of that age that no programme has was left by a worker that died. */
const ABANDONED_MS = 60_000;

/** As people write a name: spaces, capitals and wide signs make no other one of it. */
const nameOf = (text: string) =>
  fingerprint('programme', text.normalize('NFKC').toLowerCase().replaceAll(/\s/g, ''));

/**
 * Adds a version. Its name is taken before it stands, so of two programmes that are given one name at once one is refused.
 * @returns `name`: another programme has it; `version`: somebody else was first; null when it is written
 */
export async function appendProgramme(
  table: Table,
  programme: Programme,
  nowMs: number,
): Promise<'name' | 'version' | null> {
  const { programmeId, version, name, recordedAt } = programme;
  const key = keys.programmeName(nameOf(name));
  const claim = { programmeId, at: recordedAt };
  const item = await table.get(key);
  const holder = item === undefined ? undefined : nameSchema.parse(item);
  if (holder === undefined) {
    if (!(await table.put(key, claim))) return 'name';
  } else if (holder.programmeId !== programmeId) {
    const own = (await readProgrammes(table)).find((one) => one.programmeId === holder.programmeId);
    const isLeft = own === undefined || nameOf(own.name) !== nameOf(name);
    if (!isLeft || nowMs - instantToMs(holder.at) <= ABANDONED_MS) return 'name';
    const same = { expression: '#at = :at', names: { '#at': 'at' }, values: { ':at': holder.at } };
    if (!(await table.put(key, claim, same))) return 'name';
  }
  return (await table.put(keys.programme(programmeId, version), programme)) ? null : 'version';
}

/** The latest version of each. */
export async function readProgrammes(table: Table): Promise<Programme[]> {
  const latest = new Map<string, Programme>();
  const options = { startsWith: PREFIX.programme };
  for await (const item of table.query(PARTITION, options)) {
    const programme = programmeSchema.parse(item);
    latest.set(programme.programmeId, programme);
  }
  return [...latest.values()];
}

/** The latest version, where there is one. */
export async function readProgramme(
  table: Table,
  programmeId: string,
): Promise<Programme | undefined> {
  const startsWith = `${PREFIX.programme}${escapeId(programmeId)}#`;
  for await (const item of table.query(PARTITION, { startsWith, backwards: true, limit: 1 })) {
    return programmeSchema.parse(item);
  }
  return undefined;
}

export const certificateSchema = z.object({
  /** The track's name. */
  track: z.string(),
  number: z.string().nullable(),
  from: z.iso.date(),
  /** Its last day; null: without end. */
  to: z.iso.date().nullable(),
});
export type Certificate = z.infer<typeof certificateSchema>;

export async function putCertificates(
  table: Table,
  { providerId, programmeId }: { providerId: string; programmeId: string },
  certificates: readonly Certificate[],
): Promise<void> {
  const fields = { providerId, programmeId, certificates };
  await table.put(keys.certificates(providerId, programmeId), fields, null);
}

export async function readCertificates(
  table: Table,
  { providerId, programmeId }: { providerId: string; programmeId: string },
): Promise<Certificate[]> {
  const item = await table.get(keys.certificates(providerId, programmeId), false);
  return item === undefined ? [] : z.array(certificateSchema).parse(item.certificates);
}
