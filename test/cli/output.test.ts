import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entries } from '../../lib/cli/entries.ts';
import { Progress } from '../../lib/cli/progress.ts';
import { redrive } from '../../lib/cli/redrive.ts';
import { hubAt } from '../../lib/cli/simulation.ts';
import { tableOf } from '../../lib/cli/table.ts';

/** What people see: tables, progress, and words for a Hexiao that is not there. */

let out = '';
let err = '';
let server: Server;
let answer: object = {};

/** A port of this machine, where somebody answers. */
function urlOf(one: Server): string {
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  server = createServer((request, response) => {
    if (request.url?.includes('broken') === true) request.socket.destroy();
    else if (request.url?.includes('elsewhere') === true) {
      response.writeHead(302, { location: '/' }).end();
    } else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  vi.restoreAllMocks();
  server?.close();
});

const at = (url: string) => ['--url', url, '--token', 'a-token'];

describe('a list', () => {
  const entry = {
    ...{ entryId: 'e1', businessDay: '2025-10-01', kind: 'redemption', providerId: 'xinghe' },
    ...{ platform: 'douyin', storeId: '66', voucherId: '7400000000000000001', count: 1 },
    ...{ amountFen: 12_805, commissionFen: -640 },
  };

  it('is a table for people, with yuan, and says beside it that it goes on', async () => {
    answer = { entries: [entry], next: 'more-1' };
    expect(await entries.run(['from=2025-10-01', ...at(urlOf(server))])).toBe(0);
    const [head, row, end] = out.split('\n');
    expect(head).toMatch(/^entryId {2}businessDay {2}kind .* amount ¥ {2}commission ¥$/);
    expect(row).toMatch(/^e1 {7}2025-10-01 {3}redemption .* 128\.05 {9}-6\.40$/);
    expect(end).toBe('');
    expect(err).toBe('There is more: add cursor=more-1\n');
  });

  it('is all of the answer in JSON for scripts, whose numbers stay fen', async () => {
    answer = { entries: [entry], next: 'more-1' };
    expect(await entries.run(['from=2025-10-01', '--json', ...at(urlOf(server))])).toBe(0);
    expect(JSON.parse(out)).toEqual(answer);
    expect(err).toBe('');
  });

  it('of nothing says so, and prints no row', async () => {
    answer = { letters: [] };
    expect(await redrive.run(['intake', '--list', ...at(urlOf(server))])).toBe(0);
    expect({ out, err }).toEqual({ out: '', err: 'There is none.\n' });
  });

  it('keeps its columns under each other in Chinese, and lets no text steer the terminal', () => {
    const rows = [
      { name: '山月火锅', n: 1, of: { deep: 'x' } },
      { name: 'a\u001b[2J', n: 12, of: null },
    ];
    expect(tableOf(['name', 'n', 'of.deep'], rows)).toBe(
      'name       n  deep\n山月火锅   1  x\na\u{fffd}[2J     12  -\n',
    );
  });
});

describe('progress', () => {
  function drawn(isTTY: boolean) {
    const written: string[] = [];
    const progress = new Progress({ isTTY, columns: 60, write: (text) => written.push(text) });
    return { progress, written };
  }

  it('is one line that is drawn again on a terminal, and gone at the end', () => {
    const { progress, written } = drawn(true);
    progress.at('3 matched', 0.25);
    progress.at('3 matched', 0.25);
    progress.at('as far as nobody knows');
    progress.end();
    expect(written).toEqual([
      '\r\u001b[2K[######..................]  25% 3 matched',
      '\r\u001b[2Kas far as nobody knows',
      '\r\u001b[2K',
    ]);
  });

  it('never wraps, and never passes the whole', () => {
    const { progress, written } = drawn(true);
    progress.at('火'.repeat(40), 1.5);
    expect(written[0]).toMatch(/\[#{24}\] 100% 火{13,14}$/);
  });

  it('is a line for each change where there is no terminal', () => {
    const { progress, written } = drawn(false);
    for (const text of ['a', 'a', 'b']) progress.at(text, 0.5);
    progress.end();
    expect(written).toEqual(['a\n', 'b\n']);
  });
});

describe('a Hexiao that is not there', () => {
  const failing = (args: string[]) =>
    redrive.run(['intake', '--list', ...args]).then(
      () => 'it answered',
      (error: Error) => error.message,
    );

  it('is said not to be reached, by its address', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const url = urlOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    const words = `cannot reach ${url}: is it running? (ECONNREFUSED)`;
    expect(await failing(at(url))).toBe(words);
    await expect(hubAt(url, 'token').call('GET', '/healthz')).rejects.toThrow(words);
  });

  it('is not claimed where something may have been done, or answers for another place', async () => {
    const url = urlOf(server);
    for (const path of ['broken', 'elsewhere']) {
      const message = await failing(at(`${url}/${path}`));
      expect(message).toMatch(new RegExp(`^No answer came from ${url}/${path} \\(.+\\)`));
      expect(message).toContain('look before you repeat it');
      expect(message).not.toContain('a-token');
    }
  });
});
