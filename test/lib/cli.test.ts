import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { contracts } from '../../lib/cli/contracts.ts';
import { redeem, reverse } from '../../lib/cli/counter.ts';
import { readCsv } from '../../lib/cli/csv.ts';
import { entries, explanation } from '../../lib/cli/entries.ts';
import { erase } from '../../lib/cli/erase.ts';
import { rebuild } from '../../lib/cli/rebuild.ts';
import { redrive } from '../../lib/cli/redrive.ts';
import { replay } from '../../lib/cli/replay.ts';
import { restate } from '../../lib/cli/restate.ts';
import { statements } from '../../lib/cli/statements.ts';
import type { Verb } from '../../lib/cli/verb.ts';

const TOKEN = 'a-token-of-the-tests';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly body: unknown;
}

/** Answers what a test laid out, in order, and remembers what it was asked. */
class FakeHexiao {
  readonly asked: Asked[] = [];
  answers: { status?: number; body: object | string }[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        this.asked.push({
          ...{ method: request.method ?? '', path: request.url ?? '' },
          token: request.headers.authorization,
          body: text === '' ? undefined : JSON.parse(text),
        });
        const { status = 200, body } = this.answers.shift() ?? { status: 500, body: {} };
        response.statusCode = status;
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'hexiao-cli-'));
let hexiao: FakeHexiao;
let out = '';
let told = '';

beforeAll(async () => {
  hexiao = new FakeHexiao();
  await hexiao.start();
});

afterAll(() => {
  hexiao.stop();
  rmSync(scratch, { recursive: true });
});

beforeEach(() => {
  hexiao.asked.length = 0;
  hexiao.answers = [];
  out = '';
  told = '';
  vi.stubEnv('HEXIAO_URL', hexiao.url);
  vi.stubEnv('HEXIAO_TOKEN', TOKEN);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const answer = (...bodies: (object | string)[]) => {
  hexiao.answers = bodies.map((body) => ({ body }));
};
const calls = () => hexiao.asked.map(({ method, path }) => `${method} ${path}`);
const bodies = () => hexiao.asked.map(({ body }) => body);

describe('redrive', () => {
  it('goes on until nothing is left to look at, within the time of its first request', async () => {
    answer(
      { matched: 5, moved: 5, left: 3, more: true, until: 'T' },
      { matched: 2, moved: 1, left: 2, more: false, until: 'T' },
    );
    expect(await redrive.run(['intake', '--type', 'delivery', '--app-key', 'k'])).toBe(0);
    const body = { queue: 'intake', filter: { type: 'delivery', appKey: 'k' }, dryRun: false };
    expect(bodies()).toEqual([body, { ...body, until: 'T' }]);
    expect(JSON.parse(out)).toEqual({ matched: 7, moved: 6, left: 2 });
    expect(hexiao.asked[0]?.token).toBe(`Bearer ${TOKEN}`);
  });

  it('lists, and counts in a dry run', async () => {
    answer({ letters: [] }, { matched: 1, moved: 0, left: 1, more: false });
    expect(await redrive.run(['attribution', '--list'])).toBe(0);
    expect(await redrive.run(['attribution', '--dry-run'])).toBe(0);
    expect(calls()[0]).toBe('GET /v1/dead-letters?queue=attribution&limit=1000');
    expect(bodies()[1]).toMatchObject({ dryRun: true });
  });
});

describe('redeem and reverse', () => {
  const whose = ['--integration', 'meituan', '--app', 'k'];

  it('ask what was typed, under a request id that is told before it is sent', async () => {
    answer({ acts: [] }, { acts: [] });
    vi.stubEnv('HEXIAO_CODE', '0123');
    const store = ['--store', 's1', '--count', '2', '--paid', '9900'];
    expect(await redeem.run([...whose, ...store])).toBe(0);
    const back = ['--voucher', 'v1', '--request', 'back-0001', '--body', '{"storeId":"s1"}'];
    expect(await reverse.run([...whose, ...back])).toBe(0);
    expect(calls()).toEqual(['POST /v1/redemptions', 'POST /v1/reversals']);
    const named = { integration: 'meituan', appKey: 'k', storeId: 's1' };
    expect(bodies()).toMatchObject([
      { ...named, code: '0123', count: 2, amounts: { paidFen: 9_900, originalFen: 9_900 } },
      { ...named, requestId: 'back-0001', voucherId: 'v1' },
    ]);
    const [first] = bodies() as { requestId: string }[];
    expect(told).toContain(`--request ${first?.requestId}`);
    expect(told).not.toContain('0123');
  });

  it('refuse what cannot be meant, without repeating it', async () => {
    const bad = redeem.run([...whose, '--store', 's1', '--body', 'secret-code']);
    await expect(bad).rejects.toThrow(/^--body is a JSON object\.$/);
    await expect(reverse.run(whose)).rejects.toThrow(/--voucher/);
    expect(hexiao.asked).toEqual([]);
  });
});

describe('replay', () => {
  it('follows the pages of a shelf and adds up', async () => {
    answer({ matched: 200, sent: 199, erased: 1, next: 'c' }, { matched: 3, sent: 3, next: null });
    expect(await replay.run(['parked', '--kind', 'k'])).toBe(0);
    expect(bodies()).toEqual([
      { shelf: 'parked', kind: 'k', dryRun: false },
      { shelf: 'parked', kind: 'k', dryRun: false, cursor: 'c' },
    ]);
    expect(JSON.parse(out)).toMatchObject({ matched: 203, sent: 202, erased: 1 });
  });

  it('sends ids a hundred at a time, and a window as it is', async () => {
    const ids = Array.from({ length: 150 }, (_, n) => `d${n}`);
    answer({ sent: 100 }, { sent: 50 }, { sent: 1 });
    expect(await replay.run(ids)).toBe(0);
    expect(bodies().map((body) => (body as { deliveryIds: string[] }).deliveryIds.length)).toEqual([
      100, 50,
    ]);
    const window = ['--integration', 'i', '--app-key', 'k', '--from', 'A', '--to', 'B'];
    expect(await replay.run([...window, '--dry-run'])).toBe(0);
    expect(bodies()[2]).toEqual({
      integration: 'i',
      appKey: 'k',
      from: 'A',
      to: 'B',
      dryRun: true,
    });
  });

  it('lists a shelf, a line a delivery', async () => {
    answer({ deliveries: [{ a: 1 }], next: 'c' }, { deliveries: [{ a: 2 }], next: null });
    expect(await replay.run(['quarantined', '--list'])).toBe(0);
    expect(out).toBe('{"a":1}\n{"a":2}\n');
    expect(calls()[1]).toBe('GET /v1/shelves/quarantined?limit=200&cursor=c');
  });
});

describe('erase', () => {
  it('asks the same until it is finished, begins anew only once, and prints the receipt', async () => {
    answer({ finishedAt: null, scanned: 9 }, { finishedAt: 'T', found: { events: 1 } });
    const args = ['--platform', 'p', '--reason', 'r', '--order', 'o1', '--order', 'o2', '--again'];
    expect(await erase.run(args)).toBe(0);
    const body = { platform: 'p', reason: 'r', orderIds: ['o1', 'o2'], voucherIds: [] };
    expect(bodies()).toEqual([
      { ...body, again: true },
      { ...body, again: false },
    ]);
    expect(JSON.parse(out)).toEqual({ finishedAt: 'T', found: { events: 1 } });
  });

  it('shows a receipt', async () => {
    answer({ erasureId: 'e/1' });
    expect(await erase.run(['receipt', 'e/1'])).toBe(0);
    expect(calls()).toEqual(['GET /v1/erasures/e%2F1']);
  });
});

const WINDOW = ['--platform', 'p', '--merchant', 'm', '--from', '2025-10-01', '--to', '2025-10-31'];

describe('restate and rebuild', () => {
  it('restates, waits for the end and prints who gains what', async () => {
    answer({ restatementId: 'r1' }, { status: 'running' }, { status: 'done', providers: [] });
    expect(await restate.run([...WINDOW, '--reason', 'why', '--dry-run'])).toBe(0);
    expect(hexiao.asked[0]).toMatchObject({
      path: '/v1/restatements',
      body: { platform: 'p', merchantId: 'm', reason: 'why', dryRun: true },
    });
    expect(calls()[2]).toBe('GET /v1/restatements/r1');
    expect(JSON.parse(out)).toEqual({ status: 'done', providers: [] });
  });

  it('does not wait where told, shows a run and cancels it', async () => {
    answer({ restatementId: 'r1' }, { status: 'running' }, { status: 'cancelled' });
    expect(await restate.run([...WINDOW, '--reason', 'why', '--no-wait'])).toBe(0);
    expect(await restate.run(['status', 'r1'])).toBe(0);
    expect(await restate.run(['cancel', 'r1'])).toBe(0);
    expect(calls().slice(1)).toEqual([
      'GET /v1/restatements/r1',
      'POST /v1/restatements/r1/cancel',
    ]);
  });

  it.each([
    [{ status: 'done', isEqual: true }, 0],
    [{ status: 'done', isEqual: false }, 3],
    [{ status: 'failed', isEqual: null }, 1],
  ])('a rebuild that ends %j ends with %i', async (ended, code) => {
    answer({ rebuildId: 'b1' }, ended);
    expect(await rebuild.run(WINDOW)).toBe(code);
    expect(calls()).toEqual(['POST /v1/rebuilds', 'GET /v1/rebuilds/b1']);
  });
});

describe('statements, entries and explanations', () => {
  it('ask what the API documents', async () => {
    answer({}, {}, 'a,b\r\n', '<p>', {}, {}, {});
    for (const args of [
      ['list', '--month', '2025-10'],
      ['get', 's1'],
      ['get', 's1', '--csv'],
    ]) {
      expect(await statements.run(args)).toBe(0);
    }
    expect(await statements.run(['get', 's1', '--html'])).toBe(0);
    expect(await statements.run(['close', '2025-10'])).toBe(0);
    expect(await entries.run(['from=2025-10-01', 'storeId=a=b&c'])).toBe(0);
    expect(await explanation.run(['redeemed:1~c'])).toBe(0);
    expect(calls()).toEqual([
      'GET /v1/statements?month=2025-10',
      'GET /v1/statements/s1',
      'GET /v1/statements/s1.csv',
      'GET /v1/statements/s1.html',
      'POST /v1/statements/2025-10/close',
      'GET /v1/entries?from=2025-10-01&storeId=a%3Db%26c',
      'GET /v1/entries/redeemed%3A1~c/explanation',
    ]);
    expect(out).toContain('a,b\r\n');
  });
});

describe('contracts', () => {
  it('are listed, added and ended', async () => {
    answer({}, {}, {});
    expect(await contracts.run(['list', '--provider', 'acme', '--history'])).toBe(0);
    expect(await contracts.run(['add', 'providerId=acme', 'rateBp=500', 'stores=1;2'])).toBe(0);
    expect(await contracts.run(['end', '1.p.m', '--ends-at', 'T'])).toBe(0);
    expect(calls()).toEqual([
      'GET /v1/contracts?providerId=acme&history=true',
      'POST /v1/contracts',
      'POST /v1/contracts/1.p.m/end',
    ]);
    expect(bodies().slice(1)).toEqual([
      { providerId: 'acme', rateBp: 500, scope: { stores: ['1', '2'] } },
      { endsAt: 'T' },
    ]);
  });

  it('are imported line by line: one that is refused is named, and the others go on', async () => {
    const file = join(scratch, 'good.csv');
    writeFileSync(
      file,
      '\uFEFFproviderId,merchantId,shareBp,endsAt,productRates,tiers\r\nacme,007,10000,,1805:300;18:5,\r\nother,8,1,T,,0:100;5000:200\r\n',
    );
    hexiao.answers = [
      { status: 409, body: { code: 'contract-overlap', detail: 'With 1.p.7 …' } },
      { body: { contractId: '2.p.8' } },
    ];
    expect(await contracts.run(['import', file])).toBe(1);
    expect(bodies()).toEqual([
      {
        ...{ providerId: 'acme', merchantId: '007', shareBp: 10_000 },
        productRates: { '1805': 300, '18': 5 },
      },
      {
        ...{ providerId: 'other', merchantId: '8', shareBp: 1, endsAt: 'T' },
        tiers: [
          { fromFen: 0, rateBp: 100 },
          { fromFen: 5000, rateBp: 200 },
        ],
      },
    ]);
    expect(told).toBe('line 2: contract-overlap (409): With 1.p.7 …\n');
    expect(out).toBe('line 3: 2.p.8\n');
  });

  it('with a field that no contract has are not imported at all', async () => {
    const file = join(scratch, 'bad.csv');
    writeFileSync(file, 'providerId,rate\nacme,\nacme,5\n');
    await expect(contracts.run(['import', file])).rejects.toThrow('A contract has no rate.');
    expect(hexiao.asked).toEqual([]);
  });
});

describe('a verb', () => {
  const wrong: [Verb, string[]][] = [
    [redrive, ['elsewhere']],
    [redrive, ['intake', '--nonsense']],
    [replay, ['--integration', 'i']],
    [erase, ['--platform', 'p']],
    [restate, ['--platform', 'p']],
    [rebuild, ['status']],
    [statements, ['open']],
    [contracts, []],
    [entries, ['from']],
  ];
  it.each(wrong)('typed wrongly asks nothing', async (verb, args) => {
    await expect(verb.run(args)).rejects.toThrow(/\S/);
    expect(verb.help).toMatch(/^npm run hexiao -- \S+ .*\n$/s);
    expect(hexiao.asked).toEqual([]);
  });

  it('without a place or a token says what to give', async () => {
    vi.stubEnv('HEXIAO_TOKEN', '');
    await expect(redrive.run(['intake'])).rejects.toThrow(/HEXIAO_TOKEN/);
    vi.stubEnv('HEXIAO_URL', 'nowhere');
    await expect(redrive.run(['intake'])).rejects.toThrow(/HEXIAO_URL/);
  });

  it('that is refused tells the problem’s own words, and never the token', async () => {
    hexiao.answers = [
      { status: 403, body: { code: 'role-forbidden', detail: 'For the operator.' } },
      { status: 502, body: '<html>bad gateway</html>' },
    ];
    const listing = () => redrive.run(['intake', '--list']).catch((error: Error) => error.message);
    expect(await listing()).toBe('role-forbidden (403): For the operator.');
    const second = await listing();
    expect(second).toContain('502');
    expect(second).not.toContain(TOKEN);
  });
});

describe('comma-separated values', () => {
  it('may be quoted, with commas, quotes and line ends inside', () => {
    expect(readCsv('a,b\n"1,2","say ""hi""\nthere"\n\n3,\n')).toEqual([
      { a: '1,2', b: 'say "hi"\nthere' },
      { a: '3', b: '' },
    ]);
  });

  it.each(['a,b\n1\n', 'a\n1,2\n', 'a\n"1\n', 'a\nx"y"\n'])('%j is refused', (text) => {
    expect(() => readCsv(text)).toThrow(/line \d/);
  });

  it('of nothing is nothing', () => {
    expect(readCsv('')).toEqual([]);
    expect(readCsv('a,b\n')).toEqual([]);
  });
});
