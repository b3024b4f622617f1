import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, id, inside, nothing } from './parts.ts';

const PATH = '/operator/ad-accounts';

const account = z.object({
  ...{ network: z.string(), accountId: z.string(), platform: z.string(), merchantId: z.string() },
  stores: z.array(z.string()),
});
type Account = z.infer<typeof account>;

/** `GET /operator/ad-accounts`: which provider, merchant and stores each advertising account is for. */
export const adAccountsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'registry:read' },
  async read({ c, ask, viewer, typed }: Desk): Promise<RoomPage> {
    const providerId = c.req.query('providerId') ?? typed.providerId ?? '';
    const mayWrite = viewer.principal.permissions.has('registry:write');
    const { accounts } =
      providerId === ''
        ? { accounts: [] }
        : await ask(
            { path: address('/v1/ad-accounts', { providerId }) },
            z.object({ accounts: z.array(account) }),
          );
    return {
      title: ({ say }) => say('ads.accounts'),
      note: ({ say }) => say('ads.accounts.note'),
      main: (speech) => {
        const { say } = speech;
        const filters = filterForm(say, {
          ...{ action: PATH, kept: {} },
          fields: [{ name: 'providerId', label: say('ads.provider'), value: providerId }],
        });
        const rows = html`${filters}${accountRows(speech, accounts, providerId)}`;
        return html`${card(say('ads.accounts'), '', rows)}${mayWrite ? mapCard(speech, providerId, typed) : ''}`;
      },
    };
  },
  acts: {
    async map({ ask }, typed) {
      const { network = '', accountId = '', providerId = '', platform, merchantId } = typed;
      const stores = (typed.stores ?? '').split(/[,，\s]+/).filter((one) => one !== '');
      const path = pathOf`/v1/ad-accounts/${network}/${accountId}`;
      const body = { providerId, platform, merchantId, stores };
      await ask({ method: 'PUT', path, body }, z.unknown());
      return { to: address(PATH, { providerId }), done: 'done.ad-mapped' };
    },
  },
};

function accountRows(speech: Speech, accounts: readonly Account[], providerId: string): Html {
  const { say } = speech;
  if (accounts.length === 0) return providerId === '' ? html`` : nothing(say('ads.accounts.none'));
  return table<Account>({
    ...{ caption: say('ads.accounts'), rows: accounts },
    columns: [
      { head: say('ads.account'), role: 'name', cell: ({ accountId }) => id(accountId) },
      { head: say('ads.network'), role: 'pair', cell: ({ network }) => network },
      { head: say('platform'), role: 'pair', cell: ({ platform }) => word(say, platform) },
      {
        ...{ head: say('operator.merchant-id'), role: 'pair' },
        cell: ({ merchantId }) => id(merchantId),
      },
      {
        ...{ head: say('stores'), role: 'pair' },
        cell: ({ stores }) => (stores.length === 0 ? say('filter.all') : id(stores.join(', '))),
      },
    ],
  });
}

function mapCard({ say }: Speech, providerId: string, typed: Desk['typed']): Html {
  const form = actForm(say, {
    ...{ action: PATH, act: 'map', submit: 'ads.map', isMain: true, typed },
    fields: [
      { name: 'network', label: 'ads.network', value: 'oceanengine', isRequired: true },
      { name: 'accountId', label: 'ads.account', isRequired: true },
      { name: 'providerId', label: 'ads.provider', value: providerId, isRequired: true },
      {
        ...{ name: 'platform', label: 'platform', value: 'douyin' },
        choices: PLATFORMS.map((own) => [own, say(own)] as const),
      },
      { name: 'merchantId', label: 'operator.merchant-id', isRequired: true },
      { name: 'stores', label: 'ads.stores' },
    ],
  });
  return card(say('ads.map'), '', inside(form));
}
