import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Context } from 'hono';
import { Problem } from '../../lib/errors/problem.ts';
import { requestIdOf } from '../../lib/http/answer-headers.ts';
import { maskTexts } from '../../lib/mask/mask-texts.ts';
import { type AuditRecord, beginAudit, completeAudit } from '../../lib/store/accounts/audits.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { addressOf, truncated } from './address.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';

/** What a handler says of what it did; without it, the address is the subject. */
export interface AuditNote {
  /** Such as `merchant/douyin/7011`. */
  readonly subject?: string;
  /** Whom it is about, beside whoever did it. */
  readonly providerId?: string | null;
  /** The same, where it is about several. */
  readonly providerIds?: readonly string[];
  /** False where all was as it is already, or where it was a trial. Else before and after say so. */
  readonly isChange?: boolean;
  /** Without secrets, codes and what is personal of buyers. */
  readonly before?: unknown;
  readonly after?: unknown;
}

const NOTED = 'audited';

/** A handler's word of what it did. */
export function noteChange(c: Context, audited: AuditNote): void {
  c.set(NOTED, audited);
}

/**
 * Does something and leaves its trace: the record is there before, and completed after, so that a worker that
 * dies in between leaves one without an outcome. A refusal changed nothing, and says so; so does what found
 * everything as it is to be.
 */
export async function withTrail(
  c: Context,
  { call, principal }: { readonly call: string; readonly principal: Principal },
  deps: ApiDeps,
  run: () => Response | Promise<Response>,
): Promise<Response> {
  const at = toInstant(deps.now());
  const own = principal.is === 'provider' ? [principal.providerId] : [];
  const record: AuditRecord = {
    ...{ auditId: `${at}-${randomBytes(4).toString('hex')}`, at, actor: principal.actor, call },
    ...{ from: truncated(addressOf(c)), requestId: requestIdOf(c), providers: own },
    ...{ subject: subjectOf(c), outcome: null, before: null, after: null },
  };
  await beginAudit(deps.table, record, deps.auditDays);
  const complete = async (ended: 'done' | 'refused') => {
    const note = noted(c);
    const { subject = record.subject, providerId = null, providerIds = [] } = note;
    const { before = null, after = null } = note;
    const named = providerId === null ? providerIds : [providerId, ...providerIds];
    const providers = [...new Set([...own, ...named])];
    const what = {
      outcome: ended === 'done' && !isChange(note) ? ('unchanged' as const) : ended,
      providers,
      subject,
      before: maskTexts(before),
      after: maskTexts(after),
    };
    await completeAudit(deps.table, record.auditId, what);
  };
  let response: Response;
  try {
    response = await run();
  } catch (error) {
    // What failed on our side may have been done.
    if (error instanceof Problem && !error.retryable && error.status < 500) {
      await complete('refused');
    }
    throw error;
  }
  await complete(response.status < 400 ? 'done' : 'refused');
  return response;
}

function noted(c: Context): AuditNote {
  return (c.get(NOTED) as AuditNote | undefined) ?? {};
}

function isChange({ isChange: said, before, after }: AuditNote): boolean {
  if (said !== undefined) return said;
  return before === undefined || before === null || !isDeepStrictEqual(before, after);
}

/** `/v1/contracts/3.douyin.m1/end` → `contract/3.douyin.m1/end`: what it is comes first, and in the singular. */
function subjectOf(c: Context): string {
  const [noun = '', ...rest] = c.req.path.replace(/^\/v1\//, '').split('/');
  return [singular(noun), ...rest.map(decoded)].join('/');
}

function singular(noun: string): string {
  return noun.endsWith('ies') ? `${noun.slice(0, -3)}y` : noun.replace(/s$/, '');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
