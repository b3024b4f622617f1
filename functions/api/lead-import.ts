import { mapLimit } from '../../lib/async/map-limit.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../lib/events/id.ts';
import type { Reason } from '../../lib/imports/amount.ts';
import { type ColumnNames, type FileLine, linesOf } from '../../lib/imports/columns.ts';
import { readFileRows } from '../../lib/imports/read-file.ts';
import { type Member, readMembers } from '../../lib/store/accounts/members.ts';
import { claimsOf, leadOfClaims } from '../../lib/store/growth/leads.ts';
import type { ApiDeps } from './deps.ts';
import { lineInput } from './input.ts';
import { enterLead, type LeadTerms, requireNotSigned, taken } from './leads.ts';

type Field = 'name' | 'city' | 'category' | 'source' | 'platform' | 'merchantId' | 'follower';

/** Headings of our own: no page that we know shows those of an export of leads. */
const COLUMNS: ColumnNames<Field> = {
  headings: {
    name: ['商家名称', '商家', '名称', 'name'],
    city: ['城市', '所在城市', 'city'],
    category: ['品类', '类目', 'category'],
    source: ['来源', '线索来源', 'source'],
    platform: ['平台', 'platform'],
    merchantId: ['商家ID', 'merchantId'],
    follower: ['跟进人', 'follower'],
  },
  required: ['name'],
};

const MAX_LINES = 2_000;
const AT_ONCE = 8;

const merchantInput = givenId();

const PLATFORM_NAMES: Readonly<Record<string, string>> = {
  ...{ 抖音: 'douyin', 快手: 'kuaishou', 美团: 'meituan' },
};

export interface LeadImport {
  readonly dryRun: boolean;
  /** Below the header. */
  readonly lines: number;
  /** Leads that were entered, or would be. */
  readonly entered: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

/** Each line is entered or refused for itself; a file that nobody can read is refused at line 1. */
export async function importLeads(
  bytes: Uint8Array,
  { providerId, actor, dryRun }: { providerId: string; actor: string; dryRun: boolean },
  deps: ApiDeps,
): Promise<LeadImport> {
  const rows = readFileRows(bytes);
  const lines = 'code' in rows ? rows : linesOf(rows, COLUMNS);
  if ('code' in lines) {
    return { dryRun, lines: 0, entered: 0, refused: [{ line: 1, reason: inBoth(lines) }] };
  }
  if (lines.length > MAX_LINES) {
    const detail = `A file has at most ${MAX_LINES} leads; this one has ${lines.length}. Split it.`;
    throw new Problem('request-invalid', detail);
  }
  const { members } = await readMembers(deps.table, providerId);
  const above = new Set<string>();
  const read = lines.map((one) => {
    const terms = termsIn(one, members);
    if ('code' in terms) return { line: one.line, terms };
    const names = claimsOf(terms);
    if (names.some((name) => above.has(name))) return { line: one.line, terms: REASONS.twice };
    for (const name of names) above.add(name);
    return { line: one.line, terms };
  });
  const results = await mapLimit(read, AT_ONCE, async ({ line, terms }) => ({
    line,
    reason:
      'code' in terms ? inBoth(terms) : await refusalOf(terms, { providerId, actor, dryRun }, deps),
  }));
  const refused = results.flatMap(({ line, reason }) =>
    reason === null ? [] : [{ line, reason }],
  );
  return { dryRun, lines: lines.length, entered: lines.length - refused.length, refused };
}

async function refusalOf(
  terms: LeadTerms,
  { providerId, actor, dryRun }: { providerId: string; actor: string; dryRun: boolean },
  deps: ApiDeps,
): Promise<string | null> {
  try {
    if (!dryRun) {
      await enterLead(providerId, terms, actor, deps);
      return null;
    }
    await requireNotSigned(providerId, terms, deps);
    const holder = await leadOfClaims(deps.table, providerId, claimsOf(terms));
    return holder === null ? null : takenInBoth((await taken(providerId, holder, deps)).message);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'lead-taken') throw error;
    return takenInBoth(error.message);
  }
}

const takenInBoth = (detail: string) => `已有此商家的线索或合同 (${detail})`;

function termsIn(
  { texts, broken }: FileLine<Field>,
  members: readonly Member[],
): LeadTerms | Reason {
  if (broken !== null) return broken;
  const line = lineInput(200);
  const { name, city, category, source, follower } = texts;
  for (const one of [name, city, category, source]) {
    if (one !== '' && !line.safeParse(one).success) return REASONS.text;
  }
  if (name === '') return REASONS.noName;
  const merchantId = texts.merchantId === '' ? null : texts.merchantId;
  const platform = platformSchema
    .nullable()
    .safeParse(texts.platform === '' ? null : (PLATFORM_NAMES[texts.platform] ?? texts.platform));
  if (!platform.success) return REASONS.platform;
  if (merchantId !== null && !merchantInput.safeParse(merchantId).success) return REASONS.merchant;
  if ((platform.data === null) !== (merchantId === null)) return REASONS.both;
  const found = members.filter((one) => one.name === follower || one.memberId === follower);
  if (follower !== '' && found.length !== 1) return REASONS.follower;
  return {
    ...{ name, city: city || null, category: category || null, source: source || null },
    ...{ platform: platform.data, merchantId, followerId: found[0]?.memberId ?? null },
  };
}

const inBoth = ({ zh, en }: Reason) => `${zh} (${en})`;

const REASONS = {
  noName: { code: 'name', zh: '没有商家名称', en: 'it names no merchant' },
  text: {
    code: 'text',
    zh: '名称、城市、品类或来源不是一行 200 字以内的文字',
    en: 'a name, city, category or source is no line of at most 200 characters',
  },
  platform: {
    code: 'platform',
    zh: '平台应为抖音、快手或美团',
    en: 'the platform is none of douyin, kuaishou, meituan',
  },
  merchant: { code: 'merchant', zh: '商家ID有误', en: 'the merchant’s id is none' },
  both: {
    code: 'both',
    zh: '平台与商家ID须同时填写',
    en: 'platform and merchant id go together',
  },
  follower: {
    code: 'follower',
    zh: '跟进人不是唯一的一位成员：写成员的名字或 ID',
    en: 'the follower is not one member: write a member’s name or id',
  },
  twice: { code: 'twice', zh: '该商家已在前面出现', en: 'its merchant stands in a line above' },
} as const satisfies Record<string, Reason>;
