import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { businessDayAt } from '../../lib/time/shanghai.ts';
import { Client } from '../support/client.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { startProcess } from '../support/process.ts';

/** The command line as people use it, against a Hexiao that runs: nothing in between is made up. */

const run = promisify(execFile);
const OPERATOR = OPERATOR_TOKEN;
const MERCHANT = '7300000000000000077';
const PROVIDER = 'xinghe';

let hexiao: Awaited<ReturnType<typeof startProcess>>;
let client: Client;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'hexiao-cli-'));
  hexiao = await startProcess({
    HEXIAO_DATA: join(scratch, 'data'),
    HEXIAO_OPERATOR_TOKEN: OPERATOR,
    HEXIAO_DEMO: 'off',
  });
  client = new Client(hexiao.url);
  await client.call('PUT', `/v1/providers/${PROVIDER}`, { name: '星河', kind: 'agency' });
  await client.call('PUT', `/v1/merchants/douyin/${MERCHANT}`, { name: '山月火锅' });
});

afterAll(async () => {
  hexiao?.kill('SIGTERM');
  await hexiao?.exited;
  rmSync(scratch, { recursive: true, force: true });
});

/** What a verb prints, and how it ends. */
async function cli(...args: string[]): Promise<{ code: number; out: string }> {
  const env = { ...process.env, HEXIAO_URL: hexiao.url, HEXIAO_TOKEN: OPERATOR };
  try {
    const { stdout } = await run(process.execPath, ['lib/cli/main.ts', ...args], { env });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout + stderr };
  }
}

async function asked(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out } = await cli(...args);
  expect(code, out).toBe(0);
  return JSON.parse(out) as Record<string, unknown>;
}

async function providersOf(month: string): Promise<string[]> {
  const { statements } = await asked('statements', 'list', '--month', month, '--json');
  return (statements as { statementId: string }[]).map(({ statementId }) =>
    statementId.slice(`${month}.`.length),
  );
}

/** The business day some days from now. */
function dayIn(days: number): string {
  return businessDayAt(Date.now() + days * 86_400_000);
}

describe('the command line', () => {
  it('adds, lists, ends and imports contracts', async () => {
    const terms = ['platform=douyin', `merchantId=${MERCHANT}`];
    const refused = await cli('contracts', 'add', ...terms);
    expect(refused).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^request-invalid \(400\)/),
    });
    const added = await asked(
      ...['contracts', 'add', `providerId=${PROVIDER}`, 'platform=douyin'],
      ...[`merchantId=${MERCHANT}`, 'mode=agency', 'shareBp=6000', 'rateBp=500'],
      ...['startsAt=2025-01-01T00:00:00+08:00', 'channels=live;search'],
    );
    expect(added).toMatchObject({ contractId: `1.douyin.${MERCHANT}`, restatementDue: true });
    const file = join(scratch, 'contracts.csv');
    writeFileSync(
      file,
      'providerId,platform,merchantId,mode,shareBp,rateBp,startsAt,channels\n' +
        `${PROVIDER},douyin,${MERCHANT},agency,4000,300,2025-01-01T00:00:00+08:00,live\n` +
        `nobody,douyin,${MERCHANT},agency,1,300,2025-01-01T00:00:00+08:00,\n`,
    );
    const tried = await cli('contracts', 'import', file, '--dry-run');
    expect(tried.out).toMatch(
      /^line 2: would be recorded; 2025-01-01 to .*\nline 3: refused, provider-unknown: /,
    );
    const imported = await cli('contracts', 'import', file);
    expect(imported.code).toBe(1);
    expect(imported.out.split('\n')).toEqual([
      expect.stringMatching(`line 2: recorded as 2.douyin.${MERCHANT}; 2025-01-01 to `),
      expect.stringMatching(/^line 3: refused, provider-unknown: Register it first/),
      ...['1 accepted, 1 refused', ''],
    ]);
    const ended = await asked(
      ...['contracts', 'end', `1.douyin.${MERCHANT}`, '--ends-at', '2026-01-01T00:00:00+08:00'],
    );
    expect(ended).toMatchObject({ contractId: `1.douyin.${MERCHANT}` });
    const listed = await asked(
      ...['contracts', 'list', '--platform', 'douyin', '--merchant', MERCHANT, '--json'],
    );
    expect(listed.contracts).toMatchObject([
      { scope: { channels: ['live', 'search'] }, endsAt: '2026-01-01T00:00:00.000+08:00' },
      { shareBp: 4_000, endsAt: null },
    ]);
  });

  it('plays every platform against it and finds nothing missing, extra or different', async () => {
    const { code, out } = await cli(
      ...['simulate', '--url', hexiao.url, '--operator', OPERATOR, '--integration', 'all'],
      ...['--rate', '20', '--seconds', '4', '--duplicate', '10%', '--reorder', '--seed', '5'],
    );
    expect(code, out).toBe(0);
    const lines = out.split('\n').filter((line) => line.includes('missing'));
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line).toMatch(/missing 0 {2}extra 0 {2}differing 0/);
  });

  it('closes a month, and lists and prints the statement', async () => {
    // A day ahead, so that the month does not end meanwhile.
    const thisMonth = dayIn(1).slice(0, 7);
    const early = await cli('statements', 'close', thisMonth);
    expect(early).toMatchObject({ code: 1, out: expect.stringMatching(/^month-not-over \(422\)/) });
    await asked('statements', 'close', '2025-10');
    expect(await providersOf('2025-10')).toContain(PROVIDER);
    expect((await cli('statements', 'get', `2025-10.${PROVIDER}`, '--csv')).out).toContain(
      '佣金（元）',
    );
    expect((await cli('statements', 'get', `2025-10.${PROVIDER}`, '--html')).out).toContain(
      '<html',
    );
  });

  it('shows what the play was booked to, and why', async () => {
    // The play names its own providers; the month that was closed for all has a statement of each.
    const providerId = (await providersOf('2025-10')).find((id) =>
      /^simulation-.*douyin-life$/.test(id),
    );
    const { contracts } = await asked(
      'contracts',
      'list',
      '--provider',
      providerId ?? '',
      '--json',
    );
    const [contract] = contracts as { merchantId: string }[];
    // It may have gone past midnight.
    const [from, to] = [dayIn(-1), dayIn(0)];
    const { entries } = await asked(
      ...['entries', `from=${from}`, `to=${to}`, `providerId=${providerId}`, 'limit=1', '--json'],
    );
    const [entry] = entries as { entryId: string }[];
    const why = await asked('explanation', entry?.entryId ?? '');
    expect(why.sentence).toMatchObject({ zh: expect.stringMatching(/元/), en: /./ });
    const window = [
      '--platform',
      'douyin',
      '--merchant',
      contract?.merchantId ?? '',
      '--from',
      from,
      '--to',
      to,
    ];
    const restated = await cli('restate', ...window, '--reason', 'a look', '--dry-run');
    expect(restated, restated.out).toMatchObject({ code: 0 });
    const rebuilt = await cli('rebuild', ...window);
    expect(rebuilt, rebuilt.out).toMatchObject({ code: 0 });
    expect(rebuilt.out).toMatch(/"isEqual": true/);
  });

  it('lists setAside and dead letters, and erases with a receipt', async () => {
    expect((await cli('replay', 'parked', '--list')).out).toContain('kuaishou-life');
    expect(await asked('replay', 'parked', '--dry-run')).toMatchObject({ sent: 0 });
    expect(await asked('redrive', 'intake', '--dry-run')).toMatchObject({ matched: 0 });
    const erase = (order: string) =>
      cli('erase', '--platform', 'douyin', '--reason', 'asked', '--order', order);
    expect((await erase('1060000000000000001')).out).toContain('erasureId');
    expect((await erase('1')).out).toMatch(/^request-invalid \(400\): orderIds\.0: an id of under/);
  });
});
