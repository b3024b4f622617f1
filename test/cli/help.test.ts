import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { helpOf, overview } from '../../lib/cli/help.ts';
import { runLine } from '../../lib/cli/line.ts';
import { VERBS } from '../../lib/cli/verbs.ts';
import { displayWidth } from '../../lib/cli/width.ts';

/** Every option that a verb gives to `parseArgs`, noted before it parses. */
const { optionNames } = vi.hoisted(() => ({ optionNames: new Set<string>() }));
vi.mock('node:util', async (original) => {
  const util = await original<typeof import('node:util')>();
  const parseArgs: typeof util.parseArgs = (config) => {
    for (const name of Object.keys(config?.options ?? {})) optionNames.add(name);
    return util.parseArgs(config);
  };
  return { ...util, parseArgs };
});

const run = promisify(execFile);

const lines = (text: string) => text.trimEnd().split('\n');

/** As a shell runs it, without anything in the environment that could stand for an argument. */
async function shell(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH };
  try {
    const { stdout, stderr } = await run(process.execPath, ['lib/cli/main.ts', ...args], { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

describe('help', () => {
  it('fits one screen and has a line for every verb, in Chinese and English', () => {
    const shown = lines(overview());
    // 24 lines, of which the shell's next prompt is one.
    expect(shown.length).toBeLessThanOrEqual(23);
    for (const line of shown) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
    for (const { name, zh, en } of VERBS) {
      const line = shown.find((one) => one.startsWith(`  ${name} `));
      expect(line).toContain(zh);
      expect(line).toMatch(/\p{Script=Han}/u);
      expect(line).toContain(` ${en}`);
    }
    expect(VERBS.length).toBeGreaterThan(14);
  });

  it('says where the address and the token come from', () => {
    for (const name of ['--url', '--token', 'HEXIAO_URL', 'HEXIAO_TOKEN', '--json']) {
      expect(overview()).toContain(name);
    }
  });

  it.each(VERBS.map((row) => [row.name, row] as const))(
    'of %s names each of its options and no other, in lines of a terminal',
    async (name, row) => {
      const text = helpOf(row);
      for (const line of lines(text)) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
      for (const call of row.calls) expect(text).toContain(`npm run hexiao -- ${name} ${call}\n`);
      optionNames.clear();
      // It stops at the first thing that is missing: the options are known by then.
      await row.verb.run(['--no-such-option']).catch(() => undefined);
      const named = new Set(
        [...text.matchAll(/--([a-z][a-z-]*)/g)].map(([, option = '']) => option),
      );
      expect(optionNames.size).toBeGreaterThan(0);
      expect([...named].sort()).toEqual([...optionNames].sort());
    },
  );

  it('is there for each verb in three ways, and asks nothing', async () => {
    for (const args of [
      ['help', 'erase'],
      ['erase', '--help'],
      ['erase', 'receipt', '-h'],
    ]) {
      const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      const code = await runLine(args);
      const printed = out.mock.calls.map(([text]) => String(text)).join('');
      out.mockRestore();
      expect(code).toBe(0);
      expect(printed).toMatch(/^npm run hexiao -- erase --platform P/);
    }
  });
});

describe('the program', () => {
  it('ends with 0 for help, and with 2 and the help for what it cannot understand', async () => {
    expect(await shell()).toEqual({ code: 0, out: overview(), err: '' });
    expect(await shell('conquer')).toEqual({
      ...{ code: 2, out: '' },
      err: `There is no verb conquer.\n\n${overview()}`,
    });
    const [unknown, incomplete] = await Promise.all([
      shell('erase', '--all'),
      shell('redrive', 'x'),
    ]);
    expect(unknown).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--all') });
    expect(incomplete).toMatchObject({
      ...{ code: 2, out: '' },
      err: expect.stringMatching(/^Say which queue.*\n\nnpm run hexiao -- redrive /),
    });
  });
});
