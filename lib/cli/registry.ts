import { printList, printPages } from './print.ts';
import { need, pagesOf, type Remote } from './remote.ts';
import { UsageError } from './verb.ts';

/** What is registered, as the operator reads and mends it: an id is that of a provider, or `PLATFORM/ID`. */
const REGISTERED = {
  providers: { columns: ['providerId', 'name', 'kind', 'archivedAt'], change: ['name', 'kind'] },
  merchants: { columns: ['platform', 'merchantId', 'name', 'archivedAt'], change: ['name'] },
  stores: {
    columns: ['platform', 'storeId', 'name', 'city', 'merchantId', 'archivedAt'],
    change: ['name', 'city'],
  },
} as const;
type RegistryList = keyof typeof REGISTERED;

export interface RegistryValues {
  readonly platform?: string | undefined;
  readonly merchant?: string | undefined;
  readonly name?: string | undefined;
  readonly kind?: string | undefined;
  readonly city?: string | undefined;
  readonly archived?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** `providers`, `merchants` and `stores`: listed, changed, archived and taken back. @returns the exit code */
export async function registry(
  remote: Remote,
  noun: RegistryList,
  [what = 'list', id]: readonly (string | undefined)[],
  values: RegistryValues,
): Promise<number> {
  if (what === 'list') return list(remote, noun, values);
  const change = changeOf(noun, what, values);
  const place = need(id, noun === 'providers' ? 'the provider’s id' : 'PLATFORM/ID');
  // A platform has no slash in its name, and an id may have one.
  const [platform = '', ...rest] = place.split('/');
  const parts = noun === 'providers' ? [place] : [platform, need(rest.join('/'), 'PLATFORM/ID')];
  const path = [noun, ...parts].map(encodeURIComponent).join('/');
  const answer = await remote.patch(`/v1/${path}`, change);
  const { columns } = REGISTERED[noun];
  printList({ [noun]: [answer] }, { rows: noun, columns: [...columns], json: values.json });
  return 0;
}

async function list(remote: Remote, noun: RegistryList, values: RegistryValues): Promise<number> {
  const { platform, merchant: merchantId, json } = values;
  // Only where it is said: without it, what is archived is left out.
  const archived = values.archived === true ? 'true' : undefined;
  const shown = { rows: noun, columns: [...REGISTERED[noun].columns], json };
  if (noun === 'stores') {
    const query = {
      platform: need(platform, '--platform'),
      merchantId: need(merchantId, '--merchant'),
    };
    printList(await remote.get('/v1/stores-registry', { ...query, archived }), shown);
    return 0;
  }
  const query = noun === 'merchants' ? { platform: need(platform, '--platform') } : {};
  const pages = pagesOf((cursor) => remote.get(`/v1/${noun}`, { ...query, archived, cursor }));
  await printPages(pages, shown);
  return 0;
}

function changeOf(noun: RegistryList, what: string, values: RegistryValues): object {
  if (what === 'archive' || what === 'restore') return { archived: what === 'archive' };
  if (what !== 'change') {
    throw new UsageError(`Say ${noun} change, archive or restore, or nothing for the list.`);
  }
  const { change } = REGISTERED[noun];
  const given = change.flatMap((name) =>
    values[name] === undefined ? [] : [[name, values[name]]],
  );
  if (given.length > 0) return Object.fromEntries(given);
  throw new UsageError(`Say what of it: ${change.map((name) => `--${name}`).join(', ')}.`);
}
