import type { Hono } from 'hono';
import { type ContractVersion, latestVersions } from '../../../lib/attribution/contract.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { readContracts } from '../../../lib/store/contracts.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import {
  contractBody,
  type Proposal,
  recordContract,
  requireParties,
  versionOf,
} from '../contracts.ts';
import { readCsv } from '../csv.ts';
import type { ApiDeps } from '../deps.ts';
import { check } from '../input.ts';
import { requireOperator } from '../principal.ts';

/**
 * The columns, by name and in any order; those of `OPTIONAL` may be absent or empty. Lists are
 * separated by `;`, and a product's rate is `1805=300`.
 */
const REQUIRED = ['providerId', 'platform', 'merchantId', 'mode', 'startsAt'];
const OPTIONAL = [
  'endsAt',
  'shareBp',
  'rateBp',
  'stores',
  'channels',
  'products',
  'creators',
].concat(['commission', 'productRates']);

interface RowResult {
  readonly line: number;
  /** `standing`: a contract says just this already, so the file may be sent again. */
  readonly result: 'recorded' | 'would-be-recorded' | 'standing' | 'refused';
  readonly contractId: string | null;
  readonly code: string | null;
  readonly detail: string | null;
}

/**
 * `POST /v1/contracts/import`: contracts from CSV. The file is read whole before anything is written;
 * then each row is recorded, or refused with what to do, for itself. `?dryRun=true` writes nothing.
 */
export function contractImportsRoute(api: Hono, deps: ApiDeps): void {
  api.post('/v1/contracts/import', async (c) => {
    await requireOperator(c, deps);
    const rows = readCsv(decode(await c.req.arrayBuffer()));
    for (const name of Object.keys(rows[0]?.fields ?? {})) {
      if (REQUIRED.includes(name) || OPTIONAL.includes(name)) continue;
      const known = [...REQUIRED, ...OPTIONAL].join(', ');
      throw new Problem('request-invalid', `line 1: "${name.slice(0, 50)}" is none of ${known}`);
    }
    const dryRun = c.req.query('dryRun') === 'true';
    const logs = new Map<string, ContractVersion[]>();
    const results: RowResult[] = [];
    for (const { line, fields } of rows) {
      results.push({ line, ...(await resultOf(fields, dryRun ? logs : null, deps)) });
    }
    const refused = results.filter((row) => row.result === 'refused').length;
    return c.json({ dryRun, rows: results, refused, accepted: results.length - refused });
  });
}

/** @param imagined the logs as the rows before left them, where nothing is written */
async function resultOf(
  fields: Record<string, string>,
  imagined: Map<string, ContractVersion[]> | null,
  deps: ApiDeps,
): Promise<Omit<RowResult, 'line'>> {
  const done = (result: RowResult['result'], contractId: string) => {
    return { result, contractId, code: null, detail: null };
  };
  try {
    const proposal = check(contractBody, bodyOf(fields));
    await requireParties(proposal, deps);
    const { platform, merchantId } = proposal;
    const key = JSON.stringify([platform, merchantId]);
    const log = imagined?.get(key) ?? (await readContracts(deps.table, platform, merchantId));
    const standing = latestVersions(log).find((one) => saysTheSame(one, proposal));
    if (standing !== undefined) return done('standing', standing.contractId);
    if (imagined === null) {
      return done('recorded', (await recordContract(proposal, deps)).version.contractId);
    }
    const number = (log.at(-1)?.version ?? 0) + 1;
    const recordedAt = toInstant(deps.now());
    const version = versionOf(proposal, { log, number, recordedAt, cooperationId: null });
    imagined.set(key, [...log, version]);
    return done('would-be-recorded', version.contractId);
  } catch (error) {
    if (!(error instanceof Problem) || error.retryable) throw error;
    return { result: 'refused', contractId: null, code: error.code, detail: error.message };
  }
}

/** What is not a whole number stays text, and is refused as such. */
function bodyOf(fields: Record<string, string>): Record<string, unknown> {
  const { shareBp, rateBp, stores, channels, products, creators, productRates, ...texts } = fields;
  const number = (text: string) => (/^\d{1,6}$/.test(text) ? Number(text) : text);
  const list = (text = '') => (text === '' ? [] : text.split(';').map((part) => part.trim()));
  const rates = list(productRates).map((pair) => {
    const at = pair.lastIndexOf('=');
    return [pair.slice(0, Math.max(0, at)), number(pair.slice(at + 1))];
  });
  const told = Object.entries({ ...texts, shareBp, rateBp }).flatMap(([name, text]) => {
    if (text === undefined || text === '') return [];
    return [[name, name === 'shareBp' || name === 'rateBp' ? number(text) : text]];
  });
  return {
    ...Object.fromEntries(told),
    scope: {
      stores: list(stores),
      channels: list(channels),
      products: list(products),
      creators: list(creators),
    },
    productRates: Object.fromEntries(rates),
  };
}

function saysTheSame(version: ContractVersion, { rateBp = 0, ...proposal }: Proposal): boolean {
  const terms = { ...proposal, rateBp };
  const own = Object.fromEntries(
    Object.keys(terms).map((name) => [name, version[name as keyof ContractVersion]]),
  );
  return JSON.stringify(own) === JSON.stringify(terms);
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem('request-invalid', 'The CSV must be UTF-8. Save it so from the spreadsheet.');
  }
}
