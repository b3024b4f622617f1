import { putToken } from '../../../lib/store/accounts/tokens.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import type { WorldHub } from './hub.ts';

/** Providers who read their own books while all goes on. */
export class Tenants {
  readonly wrong: string[] = [];
  private readonly hub: WorldHub;
  private readonly providerIds: readonly string[];

  constructor(hub: WorldHub, providerIds: readonly string[]) {
    this.hub = hub;
    this.providerIds = providerIds;
  }

  /** Each has a token, the same in every run of a seed. */
  async setStage(nowMs: number): Promise<void> {
    for (const providerId of this.providerIds) {
      await putToken(this.hub.table, tokenOf(providerId), {
        ...{ providerId, name: 'of the world', memberId: null, role: 'finance', scopes: null },
        ...{ stores: [], createdAt: toInstant(nowMs), createdBy: 'bootstrap', endsAt: null },
      });
    }
  }

  /** One of them lists its entries, and asks for those of another. @param days that all of it lies in */
  async read(providerId: string, days: { readonly from: string; readonly to: string }) {
    const window = `from=${days.from}&to=${days.to}`;
    const other = this.providerIds.find((one) => one !== providerId) ?? 'nobody';
    const foreign = await this.get(providerId, `/v1/entries?${window}&providerId=${other}`);
    if (foreign.status < 500 && foreign.status !== 404) {
      this.wrong.push(`${providerId} asked for what is ${other}'s: ${foreign.status}`);
    }
    const { status, body } = await this.get(providerId, `/v1/entries?${window}`);
    if (status >= 500) return;
    if (status !== 200) {
      this.wrong.push(`${providerId} could not read its own: ${status} ${body}`);
      return;
    }
    const { entries } = JSON.parse(body) as { entries: readonly { entryId: string }[] };
    const others = entries.filter(({ entryId }) => !this.isOf(providerId, entryId));
    this.wrong.push(...others.map(({ entryId }) => `${providerId} was shown ${entryId}`));
  }

  /** The API names an entry by its key. */
  private isOf(providerId: string, entryId: string): boolean {
    const [pk, sk] = JSON.parse(Buffer.from(entryId, 'base64url').toString('utf8')) as string[];
    const item = this.hub.table.items.get(pk ?? '')?.get(sk ?? '');
    return item?.providerId === providerId;
  }

  private get(providerId: string, path: string) {
    const headers = { authorization: `Bearer ${tokenOf(providerId)}` };
    return this.hub.request('api', path, { method: 'GET', headers });
  }
}

const tokenOf = (providerId: string) => `hxp_token-of-${providerId}`;
