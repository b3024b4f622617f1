import { readFile } from 'node:fs/promises';
import { print, printList } from './print.ts';
import { need, pairsOf, type Remote } from './remote.ts';
import { UsageError } from './verb.ts';

/** What `growth ads …` was given. */
export interface AdValues {
  readonly json?: boolean | undefined;
  readonly 'dry-run'?: boolean | undefined;
}

const SUMS = ['spendFen', 'rebateFen', 'cashFen', 'adOrders', 'redeemedFen', 'roiBp'];

/** What advertising cost: mapped, imported and shown. @returns the exit code */
export async function ads(
  remote: Remote,
  [act = '', ...rest]: readonly string[],
  { json, 'dry-run': isTrial }: AdValues,
  whose: Readonly<Record<string, string>>,
): Promise<number> {
  switch (act) {
    case 'accounts':
      printList(await remote.get('/v1/ad-accounts', whose), {
        ...{ rows: 'accounts', json },
        columns: ['network', 'accountId', 'platform', 'merchantId', 'stores'],
      });
      return 0;
    case 'map': {
      const [place, ...pairs] = rest;
      const [network = '', ...account] = need(place, 'NETWORK/ACCOUNT_ID').split('/');
      const parts = [network, need(account.join('/'), 'NETWORK/ACCOUNT_ID')];
      const { stores, ...body } = pairsOf(pairs);
      const own = stores === undefined ? {} : { stores: stores.split(',') };
      const path = `/v1/ad-accounts/${parts.map(encodeURIComponent).join('/')}`;
      print(await remote.put(path, { ...body, ...own }));
      return 0;
    }
    case 'import': {
      const [file, ...pairs] = rest;
      const content = new Uint8Array(await readFile(need(file, 'the file')));
      const trial = isTrial === true ? { dryRun: 'true' } : {};
      const query = new URLSearchParams({ ...whose, ...pairsOf(pairs), ...trial });
      const path = `/v1/ad-spend/imports?${query}`;
      const answer = await remote.postFile(path, 'application/octet-stream', content);
      const refused = Array.isArray(answer.refused) ? answer.refused.length : 0;
      if (json === true || refused === 0) print(answer);
      else printList(answer, { rows: 'refused', columns: ['line', 'reason'], json: false });
      return refused > 0 ? 1 : 0;
    }
    case 'spend':
      printList(await remote.get('/v1/ad-spend', { ...whose, ...pairsOf(rest) }), {
        ...{ rows: 'rows', columns: ['key', ...SUMS], json },
      });
      return 0;
    default:
      throw new UsageError('Say what of ads: accounts, map, import or spend.');
  }
}
