import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Walk } from './walk.ts';

describe('docs/adding-an-integration.md', () => {
  let walk: Walk;

  beforeAll(() => {
    walk = new Walk('adding-an-integration.md', 'zhihe');
  });

  afterAll(() => walk?.end());

  it('leads from a skeleton that fails to an integration that keeps every promise', async () => {
    // Act: the first block, then what it says to run
    const [first = '', last = ''] = walk.blocksOf('sh').map(({ text }) => text);
    expect(first.split('\n')).toHaveLength(2);
    const made = await walk.runVerb(first.split('\n')[0] ?? '');
    expect(made.output).toContain('lib/integrations/zhihe/verify.ts');
    const before = await walk.runSuite(first.split('\n')[1] ?? '');

    // Assess: it fails for what is not written, and not because it cannot run
    expect(before.code).toBe(1);
    expect(before.output).toMatch(/takes what the platform signed\s+failed/);
    expect(before.output).toMatch(/refuses a body with a byte more or less\s+passed/);

    // Act: every other block of the page
    walk.write();
    const after = await walk.runSuite(last);

    // Assess
    expect(after.output).toMatch(/takes what the platform signed\s+passed/);
    expect(after.output).not.toMatch(/\bfailed\b/);
    expect(after.code).toBe(0);
  });

  it('has stubs for all that an integration may have, which fit types and format', async () => {
    const made = await walk.runVerb(
      'npm run hexiao -- add-integration bai-he --platform douyin --with hints,till,player',
    );
    expect(made.output).toContain('lib/integrations/sandboxes.ts');
    for (const { code, output } of await walk.check('bai-he')) {
      expect([code, output]).toEqual([0, output]);
    }
  });

  it('is refused a name that is taken, one that is none, and a part that there is none of', async () => {
    const taken = await walk.runVerb(
      'npm run hexiao -- add-integration meituan --platform meituan',
    );
    expect([taken.code, taken.output]).toEqual([2, expect.stringContaining('is there already')]);
    const none = await walk.runVerb('npm run hexiao -- add-integration ../x --platform meituan');
    expect([none.code, none.output]).toEqual([2, expect.stringContaining('Give one NAME')]);
    const part = await walk.runVerb(
      'npm run hexiao -- add-integration x --platform meituan --with hints,tills',
    );
    expect([part.code, part.output]).toEqual([2, expect.stringContaining('not tills')]);
  });
});
