import type { Hono } from 'hono';
import * as z from 'zod';
import type { ContractVersion } from '../../../lib/attribution/contract.ts';
import {
  CONTRACT_NAMES,
  ContractTextError,
  readContractText,
} from '../../../lib/attribution/contract-text.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { readContracts } from '../../../lib/store/accounts/contracts.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { contractBody } from '../contract-body.ts';
import { recordContract, requireParties, versionOf } from '../contracts.ts';
import { readCsv } from '../csv.ts';
import type { ApiDeps } from '../deps.ts';
import { check } from '../input.ts';
import { answer, forOperator } from '../route.ts';
import { type Affected, affected, type Recorded, standingOf } from '../standing-contracts.ts';

interface RowResult {
  readonly line: number;
  /** `standing`: a contract says just this already, so the file may be sent again. */
  readonly result: 'recorded' | 'would-be-recorded' | 'standing' | 'refused';
  readonly contractId: string | null;
  /** The past days that a recorded contract says something else about: they are due for a restatement. */
  readonly affects: Affected | null;
  readonly code: string | null;
  readonly detail: string | null;
}

export const contractImportPost = forOperator('POST /v1/contracts/import', {
  needs: 'contracts:write',
  /** Strict: a misspelt `dryRun` must not write. */
  query: z.strictObject({ dryRun: z.enum(['true', 'false']).optional() }),
});

/**
 * `POST /v1/contracts/import`: contracts from CSV, its columns in any order, each field as
 * `readContractText` has it. The file is read whole before anything is written; then each row is
 * recorded, or refused with what to do, for itself. `?dryRun=true` writes nothing.
 */
export function contractImportsRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, contractImportPost, async ({ query }, c) => {
    const dryRun = query.dryRun === 'true';
    const { names, rows } = readCsv(decode(await c.req.arrayBuffer()));
    const unknown = names.find((name) => !CONTRACT_NAMES.includes(name));
    if (unknown !== undefined) {
      const known = CONTRACT_NAMES.join(', ');
      throw new Problem('request-invalid', `line 1: "${unknown.slice(0, 50)}" is none of ${known}`);
    }
    const logs = new Map<string, ContractVersion[]>();
    const results: RowResult[] = [];
    for (const { line, fields } of rows) {
      results.push({ line, ...(await resultOf(fields, dryRun ? logs : null, deps)) });
    }
    const refused = results.filter((row) => row.result === 'refused').length;
    const recorded = results.filter((row) => row.result === 'recorded');
    const contracts = recorded.map((row) => row.contractId);
    const providerIds = [...new Set(rows.map(({ fields }) => fields.providerId ?? ''))];
    const after = { contracts, refused };
    const isChange = contracts.length > 0;
    noteChange(c, { subject: 'contract/import', providerIds, after, isChange });
    return c.json({ dryRun, rows: results, refused, accepted: results.length - refused });
  });
}

/** @param imagined the logs as the rows before left them, where nothing is written */
async function resultOf(
  fields: Record<string, string>,
  imagined: Map<string, ContractVersion[]> | null,
  deps: ApiDeps,
): Promise<Omit<RowResult, 'line'>> {
  const done = (result: RowResult['result'], { version, standing, affects }: Recorded) => ({
    ...{ result: standing ? ('standing' as const) : result, contractId: version.contractId },
    ...{ affects, code: null, detail: null },
  });
  try {
    const proposal = check(contractBody, bodyOf(fields));
    if (imagined === null) return done('recorded', await recordContract(proposal, deps));
    const { platform, merchantId } = proposal;
    const key = JSON.stringify([platform, merchantId]);
    const log = imagined.get(key) ?? (await readContracts(deps.table, platform, merchantId));
    await requireParties(proposal, deps);
    const standing = standingOf(log, proposal);
    if (standing !== undefined) return done('standing', standing);
    const number = (log.at(-1)?.version ?? 0) + 1;
    const recordedAt = toInstant(deps.now());
    const version = versionOf(proposal, { log, number, recordedAt, cooperationId: null });
    imagined.set(key, [...log, version]);
    const affects = affected(null, version, recordedAt);
    return done('would-be-recorded', { version, standing: false, affects });
  } catch (error) {
    if (!(error instanceof Problem) || error.retryable) throw error;
    const { code, message: detail } = error;
    return { result: 'refused', contractId: null, affects: null, code, detail };
  }
}

/** @throws Problem `request-invalid` */
function bodyOf(fields: Record<string, string>): object {
  try {
    return readContractText(fields);
  } catch (error) {
    if (!(error instanceof ContractTextError)) throw error;
    throw new Problem('request-invalid', error.message);
  }
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem('request-invalid', 'The CSV must be UTF-8. Save it so from the spreadsheet.');
  }
}
