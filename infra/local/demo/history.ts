import type { Channel } from '../../../lib/events/channel.ts';
import type { Event, Platform } from '../../../lib/events/event.ts';
import { type Sale, UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import { findIntegration } from '../../../lib/integrations/registry.ts';
import { pickOne, type Random } from '../../../lib/integrations/sandbox-kit/player.ts';
import { addDays, businessDayAt, instantToMs, toInstant } from '../../../lib/time/shanghai.ts';
import { DEMO_CITY } from './city.ts';
import { CITY_INTEGRATION, OTHER_MERCHANTS } from './others.ts';

/** What happened in the city before anyone looked: the events of some days, the oldest first. */
export interface HistoryOptions {
  /** Nothing is later. */
  readonly untilMs: number;
  /** Whole days before the one of `untilMs`. */
  readonly days: number;
  readonly random: Random;
  /** Redemptions of a store on an ordinary day; more at the end of a week. */
  readonly perStoreDay?: number;
  /** Where ids begin: two histories in one table must not share any. */
  readonly firstSerial?: number;
  /** Of these merchants alone. */
  readonly merchants?: ReadonlySet<string>;
}

interface Seller {
  readonly integration: string;
  readonly platform: Platform;
  readonly merchantId: string;
  readonly stores: readonly { readonly storeId: string }[];
  readonly products: readonly { readonly productId: string; readonly priceFen: number }[];
  /** How busy its stores are. */
  readonly weight: number;
}

const CHANNELS: readonly Channel[] = [
  ...(['live', 'live', 'live', 'live', 'short_video', 'short_video', 'short_video'] as const),
  ...(['store_page', 'store_page', 'search', 'unknown'] as const),
];

/** Lunch and dinner. */
const HOURS = [10, 11, 12, 12, 12, 13, 13, 15, 17, 18, 18, 18, 19, 19, 19, 20, 20, 21];

/** Monday to Sunday. */
const WEEK = [0.8, 0.7, 0.8, 0.9, 1.2, 1.7, 1.5];

const MINUTE_MS = 60_000;

/** Chances, of a redemption. */
const REVERSED = 0.02;
const REFUNDED = 0.03;

export function* cityHistory(options: HistoryOptions): Generator<Event[]> {
  const { untilMs, days, random, perStoreDay = 2, merchants, firstSerial = 0 } = options;
  const sellers = SELLERS.filter(({ merchantId }) => merchants?.has(merchantId) ?? true);
  const today = businessDayAt(untilMs);
  let serial = firstSerial;
  for (let back = days; back >= 0; back -= 1) {
    const day = addDays(today, -back);
    const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
    for (const seller of sellers) {
      for (const store of seller.stores) {
        // Business grows a little from month to month.
        const busy =
          perStoreDay * seller.weight * (WEEK[weekday] ?? 1) * (1.15 - (back / days) * 0.3);
        const count = Math.floor(busy + random());
        for (let sale = 0; sale < count; sale += 1) {
          serial += 1;
          const atMs = instantToMs(`${day}T${pickOne(random, HOURS)}:00:00+08:00`);
          const events = saleOf(
            seller,
            store.storeId,
            atMs + Math.floor(random() * 3_600_000),
            serial,
            random,
          );
          const past = events.filter(({ occurredAt }) => instantToMs(occurredAt) <= untilMs);
          if (past.length > 0) yield past;
        }
      }
    }
  }
}

const SELLERS: readonly Seller[] = [
  ...DEMO_CITY.map((merchant, index) => ({
    ...merchant,
    ...{
      integration: CITY_INTEGRATION,
      platform: platformOf(CITY_INTEGRATION),
      weight: 1.6 - index * 0.2,
    },
  })),
  ...OTHER_MERCHANTS.map(({ integration, merchant }) => ({
    ...merchant,
    ...{ integration, platform: platformOf(integration), weight: 0.9 },
  })),
];

function platformOf(name: string): Platform {
  const integration = findIntegration(name);
  if (integration === undefined) throw new Error(`no integration ${name}`);
  return integration.platform;
}

const CREATORS = 7;
const CPS_KINDS = ['product', 'product', 'lead'] as const;

/** Livestreams and videos have a creator, of whom most earn by the product. */
function creatorOf(channel: string, serial: number): Pick<Sale, 'creatorId' | 'cps'> {
  if (channel !== 'live' && channel !== 'short_video') return { creatorId: null, cps: null };
  const number = serial % CREATORS;
  const kind = CPS_KINDS[number % CPS_KINDS.length] ?? 'product';
  return { creatorId: `70990000000000${10 + number}`, cps: { kind, amountFen: null } };
}

/** A payment and a use; sometimes it is taken back at the till, or refunded a day later. */
function saleOf(
  { integration, platform, merchantId, products }: Seller,
  storeId: string,
  usedAtMs: number,
  serial: number,
  random: Random,
): Event[] {
  const number = String(serial).padStart(6, '0');
  const { productId, priceFen } = pickOne(random, products);
  const channel = pickOne(random, CHANNELS);
  const platformDiscountFen = random() < 0.3 ? Math.round(priceFen * 0.1) : 0;
  const paidFen = priceFen - platformDiscountFen;
  const amounts = {
    ...{ paidFen, platformDiscountFen, merchantDiscountFen: 0, paymentDiscountFen: 0 },
    originalFen: priceFen,
  };
  const sale = {
    ...UNKNOWN_SALE,
    productId,
    channel,
    channelRaw: channel,
    ...creatorOf(channel, serial),
  };
  const at = (ms: number) => ({ occurredAt: toInstant(ms), recordedAt: toInstant(ms + 1_200) });
  const origin = {
    ...{
      platform,
      loop: integration.endsWith('miniapp') ? ('open' as const) : ('closed' as const),
      integration,
    },
    ...{ appKey: 'aw0000000000demo', merchantId, orderId: `1080000000${number}`, complete: true },
    deliveryId: null,
  } as const;
  const voucherId = `7490000000${number}`;
  const redemptionId = `7590000000${number}`;
  const paidAtMs = usedAtMs - Math.floor(random() * 40 * 60) * MINUTE_MS;
  const events: Event[] = [
    {
      ...{ ...origin, kind: 'order.paid', eventId: `paid:h${number}`, voucherId: null },
      ...{ ...at(paidAtMs), amounts, storeId: null, sale },
    },
    {
      ...{ ...origin, kind: 'voucher.redeemed', eventId: `redeemed:h${number}`, voucherId },
      ...{ ...at(usedAtMs), redemptionId, storeId, amounts, sale },
    },
  ];
  const fate = random();
  if (fate < REVERSED) {
    events.push({
      ...{ ...origin, kind: 'voucher.redemption_reversed', eventId: `reversed:h${number}` },
      ...{ ...at(usedAtMs + 8 * MINUTE_MS), voucherId, redemptionId },
    });
  } else if (fate < REVERSED + REFUNDED) {
    const part = random() < 0.5 ? paidFen : Math.round(paidFen / 2);
    events.push({
      ...{ ...origin, kind: 'voucher.refunded', eventId: `refunded:h${number}`, voucherId },
      ...{ ...at(usedAtMs + 26 * 60 * MINUTE_MS), refundedFen: part, unusedFen: 0 },
      takesBack: [{ redemptionId, paidFen: part === paidFen ? null : part }],
    });
  }
  return events;
}
