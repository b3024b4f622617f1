import type { Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import { addDays, businessDayAt, DAY_MS, toInstant } from '../../../lib/time/shanghai.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { Answer } from './hub.ts';
import type { Drawn } from './options.ts';
import { OPERATOR_TOKEN } from './workers.ts';

/** What the operator's people do while redemptions go on. */
export const OFFICE_DEEDS = [
  'sign a contract',
  'end a contract',
  'change the policy',
  'restate',
  'close a month',
  'replay',
  'erase',
] as const;
export type OfficeDeed = (typeof OFFICE_DEEDS)[number];

/** Each kind of deed is switched on in so many runs. */
const SWITCHED_ON = 0.3;

/** One deed of theirs. */
export interface OfficeAct {
  readonly index: number;
  /** ms after the first moment; the last ones come when everything is sold. */
  readonly atMs: number;
  readonly deed: OfficeDeed;
}

/** After these another provider may have what one had. */
export const OF_CONTRACTS = [
  'sign a contract',
  'end a contract',
  'change the policy',
  'restate',
] as const satisfies readonly OfficeDeed[];

/**
 * What a fact's own instant is compared with: docs/decisions/0006 says how far the clocks of two machines may be apart
 * there, and ten minutes are more.
 */
function isDated(deed: OfficeDeed): boolean {
  return OF_CONTRACTS.some((one) => one === deed);
}

/** @returns what they do in this run: nothing, in more than half of all runs */
export function officeActsOf({ acts, days, weather }: Drawn, dice: Dice): OfficeAct[] {
  if (dice.roll('office is closed') < 0.5) return [];
  const isKept = (deed: OfficeDeed) => !(weather.has('a clock is wrong') && isDated(deed));
  const drawn = OFFICE_DEEDS.filter((deed) => dice.roll(`office ${deed}`) < SWITCHED_ON);
  const kinds = drawn.filter(isKept);
  if (kinds.length === 0) return [];
  const all = Array.from({ length: Math.ceil(acts / 6) }, (_, index) => ({
    index,
    atMs: Math.floor(dice.roll(`office ${index} at`) * days * 1.2 * DAY_MS),
    deed: dice.pick(`office ${index} is`, kinds),
  }));
  return all.sort((a, b) => a.atMs - b.atMs || a.index - b.index);
}

/** Providers beside those who hold a platform's whole GMV. */
export const OTHER_PROVIDERS = ['q-one', 'q-two'] as const;

export interface OfficeOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly players: readonly Player[];
  readonly request: (method: string, path: string, body?: object) => Promise<Answer>;
  /** Orders that somebody may want to be forgotten. */
  readonly orders: () => readonly { readonly platform: string; readonly orderId: string }[];
  readonly onWrong: (why: string) => void;
}

/** Between two tries of a request that had no answer. */
const RETRY_MS = 20_000;

/** More than any fault lasts. */
const MAX_TRIES = 200;

/** The operator's people: each does what they set out to until it is answered. A refusal is an answer. */
export class Office {
  /** Deeds that are not answered yet. */
  underWay = 0;
  /** Bodies of `POST /v1/erasures` that were asked. */
  readonly erasures: { readonly platform: string; readonly orderIds: readonly string[] }[] = [];
  private readonly options: OfficeOptions;

  constructor(options: OfficeOptions) {
    this.options = options;
  }

  async perform({ index, deed }: OfficeAct): Promise<void> {
    this.underWay += 1;
    try {
      await this.does(deed, `office ${index}`);
    } finally {
      this.underWay -= 1;
    }
  }

  private does(deed: OfficeDeed, site: string): Promise<unknown> {
    switch (deed) {
      case 'sign a contract':
        return this.sign(site);
      case 'end a contract':
        return this.end(site);
      case 'change the policy':
        return this.changePolicy(site);
      case 'restate':
        return this.restate(site);
      case 'close a month':
        return this.close(site);
      case 'replay':
        return this.replay(site);
      case 'erase':
        return this.erase(site);
      default:
        return deed satisfies never;
    }
  }

  /** Of a part of a merchant's GMV, from a day that may long be over or still to come. */
  private async sign(site: string): Promise<void> {
    const { dice, clock } = this.options;
    const { player, merchant } = this.merchantOf(site);
    const startsMs = clock.nowMs + dice.between(`${site} starts`, -40, 3) * DAY_MS;
    const endsMs = startsMs + dice.between(`${site} ends`, 1, 60) * DAY_MS;
    const { stores, products } = merchant;
    const scope = dice.pick(`${site} of what`, ['all', 'store', 'product'] as const);
    const store = dice.pick(`${site} store`, stores).storeId;
    const product = dice.pick(`${site} product`, products).productId;
    const hasTiers = dice.roll(`${site} tiers`) < 0.25;
    await this.ask('POST', '/v1/contracts', {
      providerId: dice.pick(`${site} whose`, OTHER_PROVIDERS),
      platform: player.platform,
      merchantId: merchant.merchantId,
      mode: dice.pick(`${site} mode`, ['special', 'special', 'agency']),
      scope: {
        stores: scope === 'store' ? [store] : [],
        products: scope === 'product' ? [product] : [],
      },
      shareBp: dice.pick(`${site} share`, [10_000, 5_000, 3_333, 1]),
      rateBp: dice.pick(`${site} rate`, [0, 250, 777]),
      ...(hasTiers ? { tiers: [{ fromFen: 10_000, rateBp: 1_000 }] } : {}),
      startsAt: toInstant(Math.round(startsMs)),
      endsAt: dice.roll(`${site} open`) < 0.5 ? null : toInstant(Math.round(endsMs)),
    });
  }

  private async end(site: string): Promise<void> {
    const { dice, clock } = this.options;
    const { player, merchant } = this.merchantOf(site);
    const place = `platform=${player.platform}&merchantId=${merchant.merchantId}`;
    const { body } = await this.ask('GET', `/v1/contracts?${place}`);
    const { contracts } = JSON.parse(body) as { contracts: { contractId: string }[] };
    if (contracts.length === 0) return;
    const { contractId } = dice.pick(`${site} which`, contracts);
    const endsMs = clock.nowMs + dice.between(`${site} when`, -10, 2) * DAY_MS;
    const endsAt = toInstant(Math.round(endsMs));
    await this.ask('POST', `/v1/contracts/${encodeURIComponent(contractId)}/end`, { endsAt });
  }

  /** The basis stays: what is true is reckoned by it. */
  private async changePolicy(site: string): Promise<void> {
    const { dice } = this.options;
    const orders = [['special', 'agency'], ['agency', 'special'], ['special']];
    await this.ask('POST', '/v1/policies', {
      basis: 'paid+platform',
      order: dice.pick(`${site} order`, orders),
      holdingDays: dice.pick(`${site} holding`, [0, 3, 7]),
    });
  }

  private async restate(site: string): Promise<void> {
    const { dice, clock } = this.options;
    const { player, merchant } = this.merchantOf(site);
    const from = businessDayAt(clock.nowMs - dice.between(`${site} from`, 0, 40) * DAY_MS);
    await this.ask('POST', '/v1/restatements', {
      ...{ platform: player.platform, merchantId: merchant.merchantId, from },
      to: addDays(businessDayAt(clock.nowMs), dice.between(`${site} to`, 0, 2)),
      reason: 'the world wanted it',
    });
  }

  /** The month before this one, which is over. */
  private async close(site: string): Promise<void> {
    const { dice, clock } = this.options;
    const firstOfMonth = `${businessDayAt(clock.nowMs).slice(0, 7)}-01`;
    const month = addDays(firstOfMonth, -1).slice(0, 7);
    const own = `p-${this.merchantOf(site).player.integration}`;
    const body = dice.roll(`${site} one`) < 0.5 ? { providerId: own } : {};
    await this.ask('POST', `/v1/statements/${month}/close`, body);
  }

  private async replay(site: string): Promise<void> {
    const { dice, clock } = this.options;
    const { integration, appKey } = dice.pick(`${site} whose`, this.options.players);
    const [from, to] = [clock.nowMs - 2 * DAY_MS, clock.nowMs].map((ms) =>
      toInstant(Math.round(ms)),
    );
    let cursor: string | null = null;
    do {
      const asked: object = { integration, appKey, from, to, cursor };
      const { status, body } = await this.ask('POST', '/v1/replays', asked);
      if (status !== 200) break;
      cursor = (JSON.parse(body) as { next: string | null }).next;
    } while (cursor !== null);
  }

  /** What is still awaited is asked about again when all is over. */
  private async erase(site: string): Promise<void> {
    const { dice, clock, orders } = this.options;
    const all = orders();
    if (all.length === 0) return;
    const { platform, orderId } = dice.pick(`${site} whose`, all);
    if (orderId.length < 8) return;
    const asked = { platform, orderIds: [orderId], reason: 'requested by the buyer' };
    this.erasures.push(asked);
    for (let days = 0; days < 3; days += 1) {
      const { status } = await this.ask('POST', '/v1/erasures', asked);
      if (status !== 202) return;
      await clock.wait(DAY_MS);
    }
  }

  private merchantOf(site: string) {
    const { dice, players } = this.options;
    const player = dice.pick(`${site} player`, players);
    return { player, merchant: dice.pick(`${site} merchant`, player.merchants) };
  }

  private async ask(method: string, path: string, body?: object): Promise<Answer> {
    const { clock, request, onWrong } = this.options;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const answer = await request(method, path, body);
      if (answer.status < 500) {
        if (!EXPECTED.has(answer.status)) {
          onWrong(`${method} ${path} was refused: ${answer.status} ${answer.body}`);
        }
        return answer;
      }
      await clock.wait(RETRY_MS);
    }
    onWrong(`${method} ${path} was never answered`);
    return { status: 0, body: '{}' };
  }
}

/** A contract may overlap, a month may be in another's hands, and an end may lie before its start. */
const EXPECTED = new Set([200, 201, 202, 400, 409, 422]);

/** As somebody with the operator's token asks the API. */
export function officeRequest(
  send: (path: string, init: RequestOf) => Promise<Answer>,
): OfficeOptions['request'] {
  return (method, path, body) =>
    send(path, {
      method,
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

interface RequestOf {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
