import { randomBytes } from 'node:crypto';
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
 * dies in between leaves one without an outcome. A refusal changed nothing, and says so.
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
  const complete = async (outcome: 'done' | 'refused') => {
    const { subject = record.subject, providerId, before = null, after = null } = noted(c);
    const named = providerId === undefined || providerId === null ? [] : [providerId];
    const providers = [...new Set([...own, ...named])];
    const what = {
      outcome,
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

/** `/v1/contracts/3.douyin.m1/end` → `contracts/3.douyin.m1/end`. */
function subjectOf(c: Context): string {
  return c.req.path.replace(/^\/v1\//, '');
}
