import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONTRACT_NAMES, readContractText } from '../../lib/attribution/contract-text.ts';
import { completeness } from '../../lib/cli/completeness.ts';
import { contracts } from '../../lib/cli/contracts.ts';
import { entries, explanation } from '../../lib/cli/entries.ts';
import { erase } from '../../lib/cli/erase.ts';
import { importFile } from '../../lib/cli/import-file.ts';
import { rebuild } from '../../lib/cli/rebuild.ts';
import { reconcile } from '../../lib/cli/reconcile.ts';
import { redrive } from '../../lib/cli/redrive.ts';
import { replay } from '../../lib/cli/replay.ts';
import { restate } from '../../lib/cli/restate.ts';
import { statements } from '../../lib/cli/statements.ts';
import { redeem, reverse } from '../../lib/cli/till.ts';
import type { Verb } from '../../lib/cli/verb.ts';

const TOKEN = 'a-token-of-the-tests';

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly type: string | undefined;
  /** Parsed where it said that it is JSON, and else as it came. */
  readonly body: unknown;
}

/** Answers what a test laid out, in order, and remembers what it was requests. */
class FakeHexiao {
  readonly requests: SeenRequest[] = [];
  answers: { status?: number; body: object | string }[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { authorization: token, 'content-type': type } = request.headers;
        const bytes = Buffer.concat(chunks);
        const sent = type === 'application/json' ? JSON.parse(bytes.toString('utf8')) : bytes;
        this.requests.push({
          ...{ method: request.method ?? '', path: request.url ?? '', token, type },
          body: bytes.length === 0 ? undefined : sent,
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
  hexiao?.stop();
  rmSync(scratch, { recursive: true });
});

beforeEach(() => {
  hexiao.requests.length = 0;
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
const calls = () => hexiao.requests.map(({ method, path }) => `${method} ${path}`);
const bodies = () => hexiao.requests.map(({ body }) => body);

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
    expect(hexiao.requests[0]?.token).toBe(`Bearer ${TOKEN}`);
  });

  it('lists, and counts in a dry run', async () => {
    answer({ letters: [] }, { matched: 1, moved: 0, left: 1, more: false });
    expect(await redrive.run(['attribution', '--list'])).toBe(0);
    expect(await redrive.run(['attribution', '--dry-run'])).toBe(0);
    expect(calls()[0]).toBe('GET /v1/dead-letters?queue=attribution&limit=1000');
    expect(bodies()[1]).toMatchObject({ dryRun: true });
  });
});

describe('replay show', () => {
  it('prints a delivery masked, and as it came only with --clear', async () => {
    answer({ deliveryId: 'd1', body: { mobile: '186****0001' } }, '{"mobile":"18612340001"}');
    expect(await replay.run(['show', 'd1'])).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ body: { mobile: '186****0001' } });
    expect(await replay.run(['show', 'd1', '--clear'])).toBe(0);
    expect(out).toContain('{"mobile":"18612340001"}');
    expect(calls()).toEqual(['GET /v1/deliveries/d1', 'GET /v1/deliveries/d1/body']);
    await expect(replay.run(['show'])).rejects.toThrow(/delivery’s id/);
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
    expect(hexiao.requests).toEqual([]);
  });
});

describe('replay', () => {
  it('follows the pages of a setAside and adds up', async () => {
    answer({ matched: 200, sent: 199, erased: 1, next: 'c' }, { matched: 3, sent: 3, next: null });
    expect(await replay.run(['parked', '--kind', 'k'])).toBe(0);
    expect(bodies()).toEqual([
      { setAside: 'parked', kind: 'k', dryRun: false },
      { setAside: 'parked', kind: 'k', dryRun: false, cursor: 'c' },
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

  it('lists a setAside, a line a delivery', async () => {
    answer({ deliveries: [{ a: 1 }], next: 'c' }, { deliveries: [{ a: 2 }], next: null });
    expect(await replay.run(['quarantined', '--list', '--json'])).toBe(0);
    expect(out).toBe('{"a":1}\n{"a":2}\n');
    expect(calls()[1]).toBe('GET /v1/set-aside/quarantined?limit=200&cursor=c');
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

describe('reconciliation', () => {
  it('goes through every page of days with how far it is, and leaves its answer alone on standard output', async () => {
    const row = (businessDay: string) => ({
      ...{ businessDay, platform: 'douyin', merchantId: 'm', storeId: 's', status: 'complete' },
      ...{ ours: { count: 1, fen: 2 }, theirs: null, checkedAt: 'x', reason: null },
    });
    answer({ rows: [row('2025-10-01')], next: 'c' }, { rows: [row('2025-10-31')], next: null });
    const query = ['from=2025-10-01', 'to=2025-10-31'];
    expect(await completeness.run([...query, '--all', '--json'])).toBe(0);
    expect(calls()).toEqual([
      'GET /v1/completeness?from=2025-10-01&to=2025-10-31',
      'GET /v1/completeness?from=2025-10-01&to=2025-10-31&cursor=c',
    ]);
    expect(out.trim().split('\n')).toHaveLength(2);
    expect(told).toMatch(/2025-10-01.*\n.*2025-10-31/);
  });

  it('that was begun elsewhere is waited for, and says whether differences are open', async () => {
    const state = { status: 'running', done: 1, total: 1 };
    answer(
      { ...state, status: 'done', differences: 0 },
      { ...state, status: 'done', differences: 2 },
    );
    expect(await reconcile.run(['wait', 'r1'])).toBe(0);
    expect(await reconcile.run(['wait', 'r1'])).toBe(3);
    expect(calls()).toEqual(['GET /v1/reconciliations/r1', 'GET /v1/reconciliations/r1']);
  });

  it('lists imports', async () => {
    answer({ imports: [{ importId: 'i1', profile: 'douyin-bill' }] });
    expect(await importFile.run(['list', '--provider', 'p1'])).toBe(0);
    expect(calls()).toEqual(['GET /v1/imports?providerId=p1']);
    expect(out).toContain('i1');
  });
});

describe('restate and rebuild', () => {
  it('restates, waits for the end and prints who gains what', async () => {
    answer({ restatementId: 'r1' }, { status: 'running' }, { status: 'done', providers: [] });
    expect(await restate.run([...WINDOW, '--reason', 'why', '--dry-run'])).toBe(0);
    expect(hexiao.requests[0]).toMatchObject({
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
    [{ status: 'done', differenceCount: 0, mendedCount: 0 }, 0],
    [{ status: 'done', isEqual: false }, 3],
    [{ status: 'done', differenceCount: 2, mendedCount: 2 }, 0],
    [{ status: 'done', differenceCount: 2, mendedCount: 1 }, 3],
    [{ status: 'failed', differenceCount: 0, mendedCount: 0 }, 1],
  ])('a rebuild that ends %j ends with %i', async (ended, code) => {
    answer({ rebuildId: 'b1' }, ended);
    expect(await rebuild.run(WINDOW)).toBe(code);
    expect(calls()).toEqual(['POST /v1/rebuilds', 'GET /v1/rebuilds/b1']);
  });
});

describe('statements, entries and explanations', () => {
  it('take a file of any length part by part, and write over nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hexiao-cli-'));
    const to = join(folder, 'october.csv');
    const made = { exportId: 'e1', status: 'done', bytes: 6, parts: 2 };
    try {
      answer(made, 'a,b\r', '\nc');
      expect(await statements.run(['file', 's1', '--format', 'csv', '--to', to])).toBe(0);
      expect(readFileSync(to, 'utf8')).toBe('a,b\r\nc');
      expect(calls()).toEqual([
        'POST /v1/exports',
        'GET /v1/exports/e1/file?part=1',
        'GET /v1/exports/e1/file?part=2',
      ]);
      await expect(statements.run(['file', 's1', '--to', to])).rejects.toThrow('EEXIST');
      answer({ ...made, bytes: 9 }, 'a,b\r', '\nc');
      const other = join(folder, 'other.xlsx');
      await expect(statements.run(['file', 's1', '--to', other])).rejects.toThrow('as long as');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('ask what the API documents', async () => {
    answer({}, {}, { files: 2 }, '头,b\r\n1,2\r\n', '头,b\r\n3,4\r\n', '<p>', {}, {}, {});
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
      'GET /v1/statements/s1?limit=1',
      'GET /v1/statements/s1.csv?part=1',
      'GET /v1/statements/s1.csv?part=2',
      'GET /v1/statements/s1.html',
      'POST /v1/statements/2025-10/close',
      'GET /v1/entries?from=2025-10-01&storeId=a%3Db%26c',
      'GET /v1/entries/redeemed%3A1~c/explanation',
    ]);
    // One file of all: the headings once.
    expect(out).toContain('头,b\r\n1,2\r\n3,4\r\n');
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

  it('are added of nothing that a contract has not, and never of one of two values', async () => {
    await expect(contracts.run(['add', 'rate=5'])).rejects.toThrow(/no "rate"/);
    await expect(contracts.run(['add', 'rateBp=a lot'])).rejects.toThrow(/^rateBp: whole numbers/);
    await expect(contracts.run(['add', 'stores=1', 'stores=2'])).rejects.toThrow(/twice/);
    expect(hexiao.requests).toEqual([]);
  });

  const row = (line: number, result: string, over: object = {}) => {
    return { line, result, contractId: null, affects: null, code: null, detail: null, ...over };
  };
  const written = (content: string | Uint8Array) => {
    const file = join(scratch, 'contracts.csv');
    writeFileSync(file, content);
    return file;
  };

  it('are imported by Hexiao, which gets the file byte by byte; what became of each is said', async () => {
    // Prepare: bytes that are no UTF-8, as a spreadsheet may write them
    const content = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a, 0xc9, 0xcf]);
    const rows = [
      row(2, 'recorded', {
        contractId: '1.p.7',
        affects: { from: '2025-01-01', to: '2025-02-01' },
      }),
      row(3, 'standing', { contractId: '1.p.8' }),
      row(5, 'refused', { code: 'contract-overlap', detail: 'With 1.p.7 …' }),
    ];
    answer({ dryRun: false, rows, accepted: 2, refused: 1 });
    // Act
    const code = await contracts.run(['import', written(content)]);
    // Assess
    expect(code).toBe(1);
    expect(hexiao.requests).toEqual([
      {
        ...{ method: 'POST', path: '/v1/contracts/import', type: 'text/csv', body: content },
        token: `Bearer ${TOKEN}`,
      },
    ]);
    expect(out.split('\n')).toEqual([
      'line 2: recorded as 1.p.7; 2025-01-01 to 2025-02-01 should be restated',
      'line 3: stands already as 1.p.8',
      'line 5: refused, contract-overlap: With 1.p.7 …',
      '2 accepted, 1 refused',
      '',
    ]);
  });

  it('are tried in a dry run, and none refused is a success', async () => {
    const rows = [row(2, 'would-be-recorded', { contractId: '1.p.7' })];
    answer({ dryRun: true, rows, accepted: 1, refused: 0 });
    expect(await contracts.run(['import', written('a'), '--dry-run'])).toBe(0);
    expect(calls()).toEqual(['POST /v1/contracts/import?dryRun=true']);
    expect(out).toMatch(/^line 2: would be recorded\n1 accepted, 0 refused; nothing is written/);
  });

  it('of a file that is refused whole tell why', async () => {
    const body = { code: 'request-invalid', detail: 'line 1: "rate" is none of …' };
    hexiao.answers = [{ status: 400, body }];
    await expect(contracts.run(['import', written('rate')])).rejects.toThrow(
      /\(400\): line 1: "rate"/,
    );
  });
});

describe('the texts of a contract', () => {
  it('become numbers, lists, rates and tiers; an empty one is absent', () => {
    const texts = {
      ...{ providerId: ' acme ', merchantId: '007', shareBp: '10000', endsAt: ' ' },
      ...{ stores: '1; 2', creators: '', tiers: '0=100; 500000=200' },
      productRates: '1805=300;spu:7=0;a=b==5',
    };
    expect(readContractText(texts)).toEqual({
      ...{ providerId: 'acme', merchantId: '007', shareBp: 10_000 },
      scope: { stores: ['1', '2'] },
      productRates: { '1805': 300, 'spu:7': 0, 'a=b=': 5 },
      tiers: [
        { fromFen: 0, rateBp: 100 },
        { fromFen: 500_000, rateBp: 200 },
      ],
    });
    expect(readContractText({})).toEqual({});
  });

  it.each([
    ['colour', 'red'],
    ['constructor', 'x'],
    ['shareBp', '60.5'],
    ['rateBp', '-1'],
    ['stores', '1;;2'],
    ['stores', ';'],
    ['productRates', '1805:300'],
    ['productRates', '=300'],
    ['productRates', '1805=300;1805=200'],
    ['productRates', '1805=3%'],
    ['tiers', '0:100'],
    ['tiers', '0='],
    ['tiers', 'all=100'],
  ])('are refused by their name alone: %s %s', (name, text) => {
    expect(() => readContractText({ [name]: text })).toThrow(new RegExp(`^${name}: |no "${name}"`));
  });

  it.each(['lib/cli/contracts.ts', 'docs/api.md'])('are all named in %s', (path) => {
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const told = path.endsWith('.md')
      ? text.slice(text.indexOf('A file of contracts'))
      : contracts.details;
    expect(CONTRACT_NAMES.length).toBeGreaterThan(14);
    for (const name of CONTRACT_NAMES) expect(told).toMatch(new RegExp(`\\b${name}\\b`));
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
    expect(hexiao.requests).toEqual([]);
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
