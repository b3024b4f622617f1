import { globSync, readFileSync } from 'node:fs';
import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Entry, entrySchema } from '../../lib/ledger/entry.ts';
import { attributionMessageSchema, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { ITEM_VERSION } from '../../lib/store/table.ts';
import { VersionError, Versions } from '../../lib/versions/versions.ts';
import { SAMPLE_TIME } from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { urlOf } from '../support/platform-fetch.ts';

const WINDOW = 'from=2025-10-01&to=2025-10-31';

type Raw = Record<string, AttributeValue>;
type Messages = Record<'intake' | 'attribution', string[]>;
type Totals = Record<string, { rows: object[]; total: object }>;

/** What one version left behind: see test/versions/README.md. */
class Recording {
  private readonly folder: URL;

  constructor(name: string) {
    this.folder = new URL(`../versions/${name}/`, import.meta.url);
  }

  read<T>(name: string): T {
    return JSON.parse(readFileSync(new URL(`${name}.json`, this.folder), 'utf8')) as T;
  }

  entries(): Entry[] {
    return this.read<Raw[]>('final-items')
      .map((item) => unmarshall(toAttributes(item)))
      .filter((item) => String(item.pk).startsWith('LEDGER#'))
      .map((item) => entrySchema.parse(item))
      .sort((a, b) => (a.entryId < b.entryId ? -1 : 1));
  }

  /** The platform as it answered then. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = `${init?.method ?? 'GET'} ${urlOf(input)} ${typeof init?.body === 'string' ? init.body : ''}`;
    const answers =
      this.read<{ request: string; status: number; body: string }[]>('platform-answers');
    const answer = answers.find((each) => each.request === request);
    if (answer === undefined) throw new TypeError('the platform was not asked this then');
    const headers = { 'content-type': 'application/json' };
    return new Response(answer.body, { status: answer.status, headers });
  };

  /** Today's workers over a table with these items. */
  async start(items: string): Promise<HexiaoUnderTest> {
    let nowMs = SAMPLE_TIME + 200_000_000;
    const hexiao = await HexiaoUnderTest.start({
      fetch: this.fetch,
      now: () => {
        nowMs += 1;
        return nowMs;
      },
    });
    for (const item of this.read<Raw[]>(items)) {
      const Item = toAttributes(item);
      await hexiao.emulators.database.send(
        new PutItemCommand({ TableName: hexiao.table.name, Item }),
      );
    }
    return hexiao;
  }
}

/** JSON has no bytes. */
function toAttributes(item: Raw): Raw {
  const bytes = (value: AttributeValue) =>
    value.B === undefined ? value : { B: Buffer.from(String(value.B), 'base64') };
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, bytes(value)]));
}

async function send(hexiao: HexiaoUnderTest, messages: Messages): Promise<void> {
  const { queues, sqs } = hexiao.emulators;
  for (const queue of ['intake', 'attribution'] as const) {
    for (const MessageBody of messages[queue]) {
      await sqs.send(new SendMessageCommand({ QueueUrl: queues[queue].url, MessageBody }));
    }
  }
}

/**
 * The same entries to the byte, the same totals, nothing given up and nothing waiting. An adapter may
 * have learnt since who bought: that adds a buyer where none was told, as it does in `sameEntry`. What
 * takes an entry back says since when that one happened.
 */
async function expectSame(hexiao: HexiaoUnderTest, recording: Recording): Promise<void> {
  const then = recording.entries();
  const now = await hexiao.entries();
  const asThen = now.map((entry, at) => ({
    ...entry,
    buyer: then[at]?.buyer ?? null,
    reversesAt: then[at]?.reversesAt ?? null,
  }));
  expect(JSON.stringify(asThen)).toBe(JSON.stringify(then));
  for (const [providerId, total] of Object.entries(recording.read<Totals>('totals'))) {
    const path = `/v1/gmv?${WINDOW}&providerId=${providerId}`;
    expect(await hexiao.call('GET', path), providerId).toMatchObject(total);
  }
  const pipeline = await hexiao.call('GET', '/v1/pipeline');
  const done = { waiting: 0, inFlight: 0, dead: 0 };
  expect(pipeline).toMatchObject({ queues: { intake: done, attribution: done }, hints: 0 });
  expect(pipeline).toMatchObject({ parked: 1, quarantined: 1 });
}

const versions = globSync('v*', { cwd: new URL('../versions/', import.meta.url) });

it('holds a recording of every version that is still written or read', () => {
  const needed = Math.max(MESSAGE_VERSION, ITEM_VERSION);
  const expected = Array.from({ length: needed }, (_, index) => `v${index + 1}`);
  expect(versions.toSorted()).toEqual(expected);
});

describe.each(versions)('what %s left behind', (name) => {
  const recording = new Recording(name);

  it('on the intake queue is read into the same entries and totals', async () => {
    // Prepare
    const hexiao = await recording.start('setup-items');
    const { intake } = recording.read<Messages>('all-messages');
    const deliveries = intake.filter((body) => body.includes('"type":"delivery"'));
    expect(deliveries.length).toBeGreaterThan(10);
    // Act
    await send(hexiao, { intake: deliveries, attribution: [] });
    await hexiao.settle();
    // Assess
    expect(recording.entries().length).toBeGreaterThan(10);
    await expectSame(hexiao, recording);
    await hexiao.stop();
  });

  it('half done, in the table and on both queues, is carried on to the same end', async () => {
    const hexiao = await recording.start('half-way-items');
    expect(await hexiao.call('GET', '/v1/pipeline')).toMatchObject({ hints: 1 });

    await send(hexiao, recording.read('half-way-messages'));
    await hexiao.settle();

    await expectSame(hexiao, recording);
    await hexiao.stop();
  });

  it('when done stays as it is, though every message comes again', async () => {
    const hexiao = await recording.start('final-items');
    await expectSame(hexiao, recording);

    await send(hexiao, recording.read('all-messages'));
    await hexiao.settle();

    await expectSame(hexiao, recording);
    await hexiao.stop();
  });
});

describe('a version', () => {
  const rename = ({ n, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, count: n });

  it('before ours is upgraded step by step', () => {
    const third = new Versions('message', [rename, (second) => ({ ...second, of: 'voucher' })]);
    expect(third.read({ v: 1, n: 7 })).toEqual({ v: 3, count: 7, of: 'voucher' });
    expect(third.read({ v: 2, count: 7 })).toEqual({ v: 3, count: 7, of: 'voucher' });
    expect(third.read({ v: 3, count: 7, of: 'order' })).toEqual({ v: 3, count: 7, of: 'order' });
  });

  it('one after ours is read as ours: the next version only adds', () => {
    expect(new Versions('message', []).read({ v: 2, n: 7, added: 1 })).toMatchObject({
      v: 1,
      n: 7,
    });
  });

  it('further ahead is refused with what to do, and so is none', () => {
    const first = new Versions('message', []);
    expect(() => first.read({ v: 3, n: 7 })).toThrow(VersionError);
    expect(() => first.read({ v: 3, n: 7 })).toThrow(/deploy the newer code, then redrive/);
    for (const value of [{ n: 7 }, { v: '1' }, { v: 0 }, { v: 1.5 }, [], null, 'v1']) {
      expect(() => first.read(value)).toThrow(VersionError);
    }
  });

  it('that left a number out is not read by the code before it', () => {
    const broken = new Versions('message', [null, rename]);
    expect(broken.current).toBe(3);
    expect(broken.read({ v: 1, n: 7 })).toEqual({ v: 3, count: 7 });
    expect(() => new Versions('message', []).read({ v: broken.current })).toThrow(VersionError);
  });
});

describe('a message of a version we cannot read', () => {
  it('is tried again and given up, and is not misread', async () => {
    const hexiao = await HexiaoUnderTest.start();
    const stores = [{ platform: 'douyin', storeId: 's', merchantId: 'm', hours: ['09'] }];
    const rollup = { type: 'rollup', providerId: 'p', day: '2025-10-09', stores };
    const next = { ...rollup, v: MESSAGE_VERSION + 1 };
    expect(attributionMessageSchema.parse({ ...next, added: true })).toEqual({
      ...rollup,
      v: MESSAGE_VERSION,
    });

    const far = JSON.stringify({ ...rollup, v: MESSAGE_VERSION + 2 });
    await send(hexiao, { intake: [], attribution: [far] });
    await hexiao.settle();

    const pipeline = await hexiao.call('GET', '/v1/pipeline');
    expect(pipeline).toMatchObject({ queues: { attribution: { waiting: 0, dead: 1 } } });
    await hexiao.stop();
  });

  it('in the table fails the read', async () => {
    const hexiao = await HexiaoUnderTest.start();
    const Item = { pk: { S: 'X' }, sk: { S: '-' }, v: { N: String(ITEM_VERSION + 2) } };
    await hexiao.emulators.database.send(
      new PutItemCommand({ TableName: hexiao.table.name, Item }),
    );
    await expect(hexiao.table.get({ pk: 'X', sk: '-' })).rejects.toThrow(VersionError);
    await hexiao.stop();
  });
});
