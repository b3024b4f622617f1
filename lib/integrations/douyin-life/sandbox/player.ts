import {
  type Api,
  atWebhook,
  type Outgoing,
  type PlayedMerchant,
  type Player,
  type PlayerOptions,
  pick,
  pickOne,
  type Random,
  type Retries,
  type Truth,
  truthOfVoucher,
} from '../../sandbox-kit/player.ts';
import { Faults } from './faults.ts';
import type { WebhookMessage } from './messages.ts';
import { misbehavioursOf, repeated } from './misbehaviours.ts';
import { type Certificate, type Order, rollUpActs } from './model.ts';
import { Refusal } from './refusal.ts';
import { sandboxApp } from './server.ts';
import { signWebhook } from './sign.ts';
import { World } from './world.ts';

/** Three retries are documented, the waits between them are not. Source: webhooks/summarize. */
const RETRIES: Retries = { delaysMs: [1_000, 2_000, 3_000], documented: true };

/** The platform's own words, one of which is of no kind that anybody knows. */
const CHANNELS = ['直播', '短视频', '搜索', '门店页', '扫码', '朋友圈'] as const;

const CLIENT_KEY = 'aw0000000000play';

/** Plays a world of its own. */
export function douyinLifePlayer(options: PlayerOptions & { readonly clientSecret?: string }) {
  const { now, nextId, clientSecret = `secret-of-${nextId()}` } = options;
  const world = new World({ clientKey: CLIENT_KEY, now, nextId: () => `7400${nextId()}` });
  const faults = new Faults();
  const credentials = { clientSecret };
  const api = sandboxApp(Object.assign(credentials, { world, faults, limits: {} }));
  const player = new DouyinLifePlayer({ ...options, world, api, clientSecret });
  const misbehaviours = misbehavioursOf({
    faults,
    again: (sent) => player.again(sent, nextId()),
    rotate: () => {
      credentials.clientSecret = `secret-of-${nextId()}`;
      player.rotateTo(credentials.clientSecret);
    },
  });
  return Object.assign(player, { misbehaviours });
}

/** Buyers, cashiers and their changes of mind in one world. */
export class DouyinLifePlayer implements Player {
  readonly integration = 'douyin-life';
  readonly platform = 'douyin';
  readonly appKey: string;
  secrets: Player['secrets'];
  readonly merchants: readonly PlayedMerchant[];
  readonly api: Api;
  #clientSecret: string;
  readonly #world: World;
  readonly #random: Random;
  readonly #usable: { certificateId: string; storeIds: readonly string[] }[] = [];
  readonly #reversible: string[] = [];
  readonly #used: string[] = [];

  constructor(options: {
    readonly world: World;
    readonly api: Api;
    readonly clientSecret: string;
    readonly random: Random;
    readonly merchants: readonly PlayedMerchant[];
  }) {
    const { world, merchants, clientSecret } = options;
    this.#world = world;
    this.#random = options.random;
    this.api = options.api;
    this.appKey = world.clientKey;
    this.#clientSecret = clientSecret;
    this.secrets = { clientSecret };
    this.merchants = merchants;
    for (const merchant of merchants) stockMerchant(world, merchant);
  }

  /** Signs with the new secret from now on; the one before is still good for what is under way. */
  rotateTo(clientSecret: string): void {
    this.secrets = { clientSecret: [clientSecret, this.#clientSecret] };
    this.#clientSecret = clientSecret;
  }

  /** The message under another id. */
  again(sent: Outgoing, id: string): Outgoing {
    return outgoing(repeated(sent, id), this.#clientSecret);
  }

  readonly settings = (apiBaseUrl: string) => ({ apiBaseUrl, enrichment: 'pull' });

  sell(): Outgoing[] {
    const random = this.#random;
    const { products, stores } = pickOne(random, this.merchants);
    const order = this.#world.sell({
      productId: pickOne(random, products).productId,
      count: random() < 0.2 ? 2 : 1,
      platformDiscountFen: random() < 0.3 ? 500 : 0,
      merchantTicketFen: random() < 0.2 ? 301 : 0,
      channel: pickOne(random, CHANNELS),
    });
    const storeIds = stores.map((store) => store.storeId);
    for (const { certificateId } of order.certificates) {
      this.#usable.push({ certificateId, storeIds });
    }
    return this.#outgoing();
  }

  redeem(): Outgoing[] {
    const voucher = pick(this.#random, this.#usable);
    if (voucher === undefined) return [];
    const { certificateId, storeIds } = voucher;
    return this.#quietly(() => {
      this.#reversible.push(this.#world.redeem(certificateId, pickOne(this.#random, storeIds)));
      this.#used.push(certificateId);
    });
  }

  reverse(): Outgoing[] {
    const verifyId = pick(this.#random, this.#reversible);
    if (verifyId === undefined) return [];
    return this.#quietly(() => this.#world.cancel(verifyId));
  }

  refund(): Outgoing[] {
    const sold = this.#random() < 0.5 ? this.#used : this.#usable.map((one) => one.certificateId);
    const certificateId = pick(this.#random, sold);
    if (certificateId === undefined) return [];
    const asksFirst = this.#random() < 0.3;
    return this.#quietly(() => {
      if (asksFirst) this.#world.requestRefund(certificateId);
      else this.#world.refund(certificateId);
    });
  }

  truth(): Truth[] {
    return [...this.#world.orders.values()].flatMap((order) => [
      truthOfOrder(order),
      ...order.certificates.flatMap(truthOfCertificate),
    ]);
  }

  /** The platform refuses some of what people try (a refunded voucher, a late reversal): so be it. */
  #quietly(attempt: () => void): Outgoing[] {
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    return this.#outgoing();
  }

  #outgoing(): Outgoing[] {
    return this.#world.takeOutbox().map((message) => outgoing(message, this.#clientSecret));
  }
}

function stockMerchant(world: World, merchant: PlayedMerchant): void {
  const { merchantId: accountId, name, stores, products } = merchant;
  world.addMerchant({ accountId, name });
  for (const { storeId: poiId, ...store } of stores) world.addStore({ accountId, poiId, ...store });
  for (const product of products) world.addProduct({ accountId, ...product });
}

function outgoing(
  { body, msgId }: Pick<WebhookMessage, 'body' | 'msgId'>,
  clientSecret: string,
): Outgoing {
  return atWebhook(body, {
    headers: {
      'content-type': 'application/json',
      'x-douyin-signature': signWebhook(clientSecret, body),
      'msg-id': msgId,
    },
    retries: RETRIES,
    // The words may be anything; the platform looks at the status.
    isReceived: (status) => status === 200,
  });
}

/** What was paid, less what was given back of it before use. */
function truthOfOrder({ orderId, amounts, certificates }: Order): Truth {
  const paidFen = certificates.reduce((left, one) => left - unusedRefundFen(one), amounts.payFen);
  const state = paidFen === 0 && amounts.payFen > 0 ? 'refunded' : 'paid';
  return { id: orderId, state, paidFen, redeemedFen: 0, standing: [] };
}

/** Nothing for one that nothing happened to: the platform's messages name orders until then. */
function truthOfCertificate(certificate: Certificate): Truth[] {
  const { standing, uses, refund } = rollUpActs(certificate.acts);
  if (uses.length === 0 && refund === null) return [];
  const takesBack = refund !== null && standing.length === certificate.serialAmounts.length;
  const worth = standing.map(({ serial }) => {
    const amounts = certificate.serialAmounts[serial - 1];
    return (amounts?.payFen ?? 0) + (amounts?.platformDiscountFen ?? 0);
  });
  return [
    truthOfVoucher({
      id: certificate.certificateId,
      standing: standing.map((use) => use.verifyId),
      redeemedFen: takesBack ? 0 : worth.reduce((sum, fen) => sum + fen, 0),
      isRefunded: refund !== null,
    }),
  ];
}

/** A card with uses left gives back those; what is used up gives back the uses, and nothing unused. */
function unusedRefundFen(certificate: Certificate): number {
  const { standing, refund } = rollUpActs(certificate.acts);
  const isUsedUp = standing.length === certificate.serialAmounts.length;
  return refund === null || isUsedUp ? 0 : refund.fen;
}
