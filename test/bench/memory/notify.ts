import { FUNCTIONS } from '../../../infra/topology.ts';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { newSecret } from '../../../lib/notices/secrets.ts';
import { MOST_ENTRIES, type NoticeMessage } from '../../../lib/queue/notice-messages.ts';
import { MESSAGE_VERSION } from '../../../lib/queue/packing.ts';
import { type Endpoint, makeEndpoint } from '../../../lib/store/accounts/endpoints.ts';
import { makeNotice } from '../../../lib/store/deliveries/notices.ts';
import { bookEntry } from '../../../lib/store/ledger/entries.ts';
import { entryRef } from '../../../lib/store/ledger/entry-ref.ts';
import { sqsEvent } from '../../infra/runtime/events.ts';
import { entry } from '../../lib/make.ts';
import { Receiver } from '../../lib/notices/receiver.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { environmentOf } from '../support/environment.ts';
import { type Load, takesAll } from './load.ts';

/** As many as a provider may have. */
const ENDPOINTS = 50;
const PROVIDER = 'provider-1';

const endpointOf = (n: number, url: string): Endpoint => ({
  ...{ providerId: PROVIDER, endpointId: `ep_${n}`, kind: 'webhook', url, types: ['*'] },
  ...{ stores: [], merchants: [], headers: [], disabled: false, disabledBecause: null },
  ...{ failingSince: null, recoveredAt: null },
  ...{ createdAt: '2025-10-09T16:53:20.000+08:00', createdBy: 'bench' },
});

/** A batch of entries for a provider with all the endpoints there may be; and a batch that is told to a receiver. */
export async function prepare(): Promise<Load> {
  const hexiao = await HexiaoUnderTest.start();
  const receiver = await Receiver.start();
  const { table } = hexiao;
  const batchSize = FUNCTIONS.find(({ folder }) => folder === 'notify')?.consumes?.batchSize ?? 0;
  for (let n = 0; n < ENDPOINTS; n += 1) {
    const secrets = [{ secret: newSecret(), endsAtMs: null }];
    await makeEndpoint(table, endpointOf(n, receiver.url), { secrets, edition: 0, headers: {} });
  }
  let n = 0;
  const book = async () => {
    n += 1;
    const id = `redeemed:r${n}`;
    const one = entry({
      entryId: `${id}~c`,
      eventId: id,
      redemptionId: `r${n}`,
      providerId: PROVIDER,
    });
    await bookEntry(table, one);
    return entryRef(one);
  };
  const entriesMessage = async (): Promise<NoticeMessage> => {
    const entries = await mapLimit(Array.from({ length: MOST_ENTRIES }), 8, book);
    return { type: 'entries', v: MESSAGE_VERSION, providerId: PROVIDER, entries };
  };
  return {
    environment: environmentOf(hexiao.emulators),
    async stop() {
      await receiver.stop();
      await hexiao.stop();
    },
    works: [
      {
        name: `${MOST_ENTRIES} entries for ${ENDPOINTS} endpoints`,
        times: 3,
        check: takesAll,
        event: async () => message([await entriesMessage()]),
      },
      {
        name: `${batchSize} messages of as many`,
        ...{ times: 2, isTimed: true },
        check: takesAll,
        event: async () =>
          message(await mapLimit(Array.from({ length: batchSize }), 4, entriesMessage)),
      },
      {
        name: `${batchSize} told`,
        times: 4,
        check: takesAll,
        async event() {
          const told: NoticeMessage[] = [];
          while (told.length < batchSize) {
            const id = { providerId: PROVIDER, endpointId: 'ep_0', atMs: n, factId: `evt_${n}` };
            await makeNotice(table, { ...id, type: 'entry.booked', entryId: await book() }, 0);
            told.push({ type: 'notice', v: MESSAGE_VERSION, ...id });
          }
          return message(told);
        },
      },
    ],
  };
}

const message = (all: readonly NoticeMessage[]) => sqsEvent(all.map((one) => JSON.stringify(one)));
