import { type AttributionMessage, MESSAGE_VERSION } from '../queue/messages.ts';
import type { StoreHour } from './store-day.ts';

export type RollupMessage = Extract<AttributionMessage, { type: 'rollup' }>;

/** Keeps a message far below what a queue takes. */
const STORES_A_MESSAGE = 200;

/** What asks for store-hours and the levels above them: by provider and day, so that a batch rolls up many. */
export function rollupMessages(hours: readonly StoreHour[]): RollupMessage[] {
  const days = Map.groupBy(hours, ({ providerId, day }) => JSON.stringify([providerId, day]));
  return [...days.values()].flatMap((own) => {
    const first = own[0];
    if (first === undefined) return [];
    const { providerId, day } = first;
    const messages: RollupMessage[] = [];
    const stores = storesOf(own);
    for (let at = 0; at < stores.length; at += STORES_A_MESSAGE) {
      const some = stores.slice(at, at + STORES_A_MESSAGE);
      messages.push({ type: 'rollup', v: MESSAGE_VERSION, providerId, day, stores: some });
    }
    return messages;
  });
}

/** The store-hours that messages name, each once. */
export function hoursOf(messages: readonly RollupMessage[]): StoreHour[] {
  const hours = messages.flatMap(({ providerId, day, stores }) =>
    stores.flatMap(({ hours: own, ...store }) =>
      own.map((hour): StoreHour => ({ providerId, day, ...store, hour })),
    ),
  );
  return uniqueHours(hours);
}

/** Each hour once, with the minutes of all; where one does not say which, any may have changed. */
export function uniqueHours(hours: readonly StoreHour[]): StoreHour[] {
  const groups = Map.groupBy(hours, placeOf);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { minutes: _own, ...place } = first;
    if (own.some(({ minutes }) => minutes === undefined)) return [place];
    return [{ ...place, minutes: [...new Set(own.flatMap(({ minutes = [] }) => minutes))] }];
  });
}

function storesOf(hours: readonly StoreHour[]): RollupMessage['stores'] {
  const groups = Map.groupBy(hours, ({ platform, storeId }) => JSON.stringify([platform, storeId]));
  return [...groups.values()].flatMap((own) => {
    const first = own[0];
    if (first === undefined) return [];
    const { platform, storeId, merchantId } = first;
    return [{ platform, storeId, merchantId, hours: [...new Set(own.map(({ hour }) => hour))] }];
  });
}

function placeOf({ providerId, day, platform, storeId, hour }: StoreHour): string {
  return JSON.stringify([providerId, day, platform, storeId, hour]);
}
