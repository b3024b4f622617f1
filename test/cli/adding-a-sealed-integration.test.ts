import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Walk } from './walk.ts';

/** What of the finished example is broken, and which promise must then fail. */
const BROKEN: readonly { file: string; from: string; to: string; fails: string }[] = [
  {
    file: 'lib/receiver.ts',
    from: 'opened(request.body, app) ?? request.body',
    to: 'opened(request.body, app) && request.body',
    fails: 'takes a repetition that is encrypted anew as the same delivery, which says the same',
  },
  {
    file: 'lib/receiver.ts',
    from: 'opened(request.body, app) ?? request.body',
    to: 'opened(request.body, app)?.subarray(0, 8) ?? request.body',
    fails: 'takes different messages as different deliveries',
  },
  {
    file: 'test/contract.test.ts',
    from: 'return [from, from + encryptOf(body).length];',
    to: 'return [from && 0, body.byteLength];',
    fails: 'refuses a body changed by one byte, at any place',
  },
  {
    file: 'lib/index.ts',
    from: '46 * DAY_MS',
    to: '46_000 * DAY_MS',
    fails: 'says how long a redemption may be reversed, and what is redeemed stays open so long',
  },
  {
    file: 'lib/resolve.ts',
    from: 'await context.vouchersOf(orderId)',
    to: 'await Promise.resolve([orderId].slice(1))',
    fails: 'of a refund that names the order alone queries each voucher that we know as used',
  },
];

/** Of one integration that books something and does all that the page names, without its sandbox. */
const MOST_LINES = 400;

describe('docs/adding-a-sealed-integration.md', () => {
  let walk: Walk;

  beforeAll(() => {
    walk = new Walk('adding-a-sealed-integration.md', 'hongyan');
  });

  afterAll(() => walk?.end());

  it('leads from stubs that say they are not written to an integration that keeps every promise', async () => {
    // Act: the first block, then what it says to run
    const [first = '', last = ''] = walk.blocksOf('sh').map(({ text }) => text);
    const made = await walk.runVerb(first.split('\n')[0] ?? '');
    expect(made.code).toBe(0);
    const stubs = await walk.check();
    const before = await walk.runTests('test/integrations/hongyan', 'verbose', '--no-color');

    // Assess: the stubs fit types and format; each is red, and no test of theirs passes
    for (const { code, output } of stubs) expect([code, output]).toEqual([0, expect.anything()]);
    expect(before.code).toBe(1);
    for (const file of ['resolve', 'till']) {
      expect(before.output).toContain(`not written yet: lib/integrations/hongyan/${file}.ts`);
      expect(before.output).not.toMatch(new RegExp(`✓ test/integrations/hongyan/${file}`));
    }

    // Act: every other block of the page
    walk.write();
    const after = await walk.runSuite(last);

    // Assess
    expect(after.output).not.toMatch(/\bfailed\b/);
    expect(after.output).toMatch(
      /is encrypted anew as the same delivery, which says the same\s+passed/,
    );
    expect(after.code).toBe(0);
    for (const { code, output } of await walk.check()) expect([code, output]).toEqual([0, output]);
    const files = globSync('*.ts', { cwd: join(walk.place, 'lib/integrations/hongyan') });
    const lines = files.map(
      (file) =>
        readFileSync(join(walk.place, 'lib/integrations/hongyan', file), 'utf8').split('\n')
          .length - 1,
    );
    expect(lines.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(MOST_LINES);
  });

  it('has a promise for each way to break it', async () => {
    // Prepare: a copy of the example for each, broken in one place
    for (const [index, { file, from, to }] of BROKEN.entries())
      breakOne(walk.place, index, file, from, to);

    // Act
    const names = [...new Set(BROKEN.map(({ fails }) => fails))].join('|');
    const report = join(walk.place, 'report.json');
    await walk.runTests('test/integrations/broken', 'json', `--outputFile=${report}`, '-t', names);

    // Assess
    const { testResults } = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
    for (const [index, { fails }] of BROKEN.entries()) {
      const own = testResults.filter(({ name }) => name.includes(`/broken${index}/`));
      const failed = own
        .flatMap(({ assertionResults }) => assertionResults)
        .filter(({ status }) => status === 'failed')
        .map(({ title }) => title);
      expect(failed, `${index}`).toContain(fails);
      expect(failed.length, `${index}`).toBeLessThan(4);
    }
  });
});

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});

function breakOne(place: string, index: number, file: string, from: string, to: string): void {
  const name = `broken${index}`;
  for (const root of ['lib', 'test']) {
    const folder = join(place, root, 'integrations', name);
    cpSync(join(place, root, 'integrations/hongyan'), folder, { recursive: true });
    for (const path of globSync('**/*.ts', { cwd: folder })) {
      const text = readFileSync(join(folder, path), 'utf8');
      writeFileSync(
        join(folder, path),
        text.replaceAll('integrations/hongyan/', `integrations/${name}/`),
      );
    }
  }
  const [root = '', path = ''] = file.split('/');
  const broken = join(place, root, 'integrations', name, path);
  const text = readFileSync(broken, 'utf8');
  expect(text).toContain(from);
  writeFileSync(
    broken,
    text.replace(from, () => to),
  );
}
