import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readSettings } from '../../infra/local/settings.ts';
import type { BodyKeys } from '../../lib/crypto/body-keys.ts';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import type { Fields } from '../../lib/log/fields.ts';
import { bodyKeysAt, parseBodyKeys } from '../../lib/secrets/body-keys.ts';
import { archiveDelivery } from '../../lib/store/deliveries/archive.ts';
import { readArchived } from '../../lib/store/deliveries/replays.ts';
import { keys } from '../../lib/store/keys.ts';
import { Table } from '../../lib/store/table.ts';
import { scanAll } from '../support/scan.ts';
import { startTable } from '../support/table.ts';

const [FIRST, SECOND] = ['first'.repeat(8), 'second'.repeat(8)];
const PHONE = '18612340001';

/** A secret as Secrets Manager has it, and what was asked of it and logged. */
function secretOf(text: string | undefined) {
  const state = { text, asked: 0, nowMs: 1_000_000, lines: [] as [string, Fields][] };
  const open = () =>
    bodyKeysAt('arn:of:the:secret', {
      fetchVersion: async () => {
        state.asked += 1;
        return state.text;
      },
      now: () => state.nowMs,
      log: (_level, what, fields = {}) => state.lines.push([what, fields]),
    });
  return { state, open };
}

const textOf = (newest: string, ...older: string[]) => JSON.stringify({ newest, older });

function deliveryOf(name: string) {
  return {
    ...{ deliveryId: sha256Hex(name), integration: 'douyin-life', appKey: 'app' },
    ...{ receivedAt: '2025-11-03T12:00:00.000+08:00' },
    body: new Uint8Array(Buffer.from(JSON.stringify({ mobile: PHONE, name }))),
  };
}

const outcome = { outcome: 'events', kind: 'k' } as const;

describe('the keys of raw bodies', () => {
  test('are asked for once a process, however many bodies come at once', async () => {
    const { state, open } = secretOf(textOf(FIRST));
    const all = open();
    expect(state.asked).toBe(0);
    const newest = await Promise.all(Array.from({ length: 20 }, () => all.newest()));
    const [{ keyId } = { keyId: '' }] = newest;
    expect(await Promise.all([all.of(keyId), all.of(keyId)])).toEqual(newest.slice(0, 2));
    state.nowMs += 86_400_000;
    await all.newest();
    expect(state.asked).toBe(1);
  });

  test('that were made since are looked for once a minute, by many bodies at once', async () => {
    const { state, open } = secretOf(textOf(FIRST));
    const worker = open();
    await worker.newest();
    state.text = textOf(SECOND, FIRST);
    const { keyId } = await open().newest();
    await expect(worker.of(keyId)).rejects.toMatchObject({ code: 'body-key-missing' });
    state.nowMs += 60_000;
    const asked = state.asked;
    const found = await Promise.all(Array.from({ length: 8 }, () => worker.of(keyId)));
    expect(found.every(({ secret }) => secret === SECOND)).toBe(true);
    expect(state.asked).toBe(asked + 1);
    expect(await worker.newest()).toMatchObject({ secret: SECOND });
  });

  test.each([
    ['is not there', undefined],
    ['is no JSON', `${FIRST}`],
    ['names none', '{"older":[]}'],
    ['has one that somebody thought of', textOf('password')],
    ['has an older one that is none', `{"newest":"${FIRST}","older":[""]}`],
    ['has no list of older ones', `{"newest":"${FIRST}","older":"${SECOND}"}`],
  ])(
    'say so in a line that is counted when the secret %s, and show nothing of it',
    async (_, text) => {
      const { state, open } = secretOf(text);
      const all = open();
      await expect(all.newest()).rejects.toMatchObject({ code: 'body-key-missing', status: 503 });
      expect(state.lines.map(([what]) => what)).toEqual(['body-keys-unreadable']);
      expect(JSON.stringify(state.lines)).not.toMatch(/first|second|password/);
      // Mended, the same process goes on.
      state.text = textOf(FIRST);
      expect(await all.newest()).toMatchObject({ secret: FIRST });
    },
  );

  test('have ids that say nothing of them', () => {
    const [one, other] = parseBodyKeys(textOf(FIRST, SECOND));
    expect(one?.keyId).toMatch(/^[0-9a-f]{8}$/);
    expect(one?.keyId).not.toBe(other?.keyId);
  });
});

describe('a body at rest', () => {
  async function tables(...all: BodyKeys[]) {
    const { emulators, table } = await startTable();
    onTestFinished(() => emulators.stop());
    const seen = all.map((bodyKeys) => new Table(emulators.database, table.name, bodyKeys));
    return { emulators, seen };
  }

  test('is sealed, names its key, and is opened with it after a rotation; nothing is lost without it', async () => {
    const { state, open } = secretOf(textOf(FIRST));
    const before = open();
    await before.newest();
    state.text = textOf(SECOND, FIRST);
    const after = open();
    const { emulators, seen } = await tables(before, after);
    const [old, rotated] = seen as [Table, Table];
    await archiveDelivery(old, deliveryOf('one'), outcome, 0);
    await archiveDelivery(rotated, deliveryOf('two'), outcome, 0);
    const items = await scanAll(emulators.database, 'DELIVERY#');
    for (const item of items) {
      const bytes = Buffer.concat(Object.values(item).filter((one) => one instanceof Uint8Array));
      expect(bytes.length).toBeGreaterThan(40);
      expect(`${JSON.stringify(item)}${bytes.toString('latin1')}`).not.toContain(PHONE);
    }
    expect(new Set(items.map(({ keyId }) => keyId)).size).toBe(2);
    for (const name of ['one', 'two']) {
      const read = await readArchived(rotated, deliveryOf(name).deliveryId);
      expect(read).toEqual(deliveryOf(name));
    }
    // The old key was forgotten: what it sealed waits for it, and everything else goes on.
    state.text = textOf(SECOND);
    const [forgetful] = (await tables(open())).seen as [Table];
    Object.assign(forgetful, { client: old.client });
    await expect(readArchived(forgetful, deliveryOf('one').deliveryId)).rejects.toThrow(/older/);
    expect(await readArchived(forgetful, deliveryOf('two').deliveryId)).toEqual(deliveryOf('two'));
    state.text = textOf(SECOND, FIRST);
    state.nowMs += 60_000;
    expect(await readArchived(forgetful, deliveryOf('one').deliveryId)).toEqual(deliveryOf('one'));
  });

  test('is not opened in another delivery’s place, nor when a bit of it changed', async () => {
    const { open } = secretOf(textOf(FIRST));
    const [table] = (await tables(open())).seen as [Table];
    await archiveDelivery(table, deliveryOf('one'), outcome, 0);
    await archiveDelivery(table, deliveryOf('two'), outcome, 0);
    const [one, two] = [deliveryOf('one').deliveryId, deliveryOf('two').deliveryId];
    const item = await table.get(keys.delivery(one));
    const sealed = Uint8Array.from(item?.sealed as Uint8Array);
    await table.set(keys.delivery(two), { sealed }, { expression: 'attribute_exists(pk)' });
    await expect(readArchived(table, two)).rejects.toThrow(/authenticate/);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    await table.set(keys.delivery(one), { sealed }, { expression: 'attribute_exists(pk)' });
    await expect(readArchived(table, one)).rejects.toThrow(/authenticate/);
  });

  test('needs a table that was given keys', async () => {
    const { emulators, table } = await startTable();
    onTestFinished(() => emulators.stop());
    const keyless = new Table(emulators.database, table.name);
    await expect(archiveDelivery(keyless, deliveryOf('one'), outcome, 0)).rejects.toThrow(
      /topology/,
    );
    expect(await scanAll(emulators.database)).toEqual([]);
  });
});

describe('the keys of one machine', () => {
  const folder = () => {
    const data = mkdtempSync(join(tmpdir(), 'hexiao-keys-'));
    onTestFinished(() => rmSync(data, { recursive: true, force: true }));
    return data;
  };

  test('are made on the first start, for this user alone, and stand from then on', async () => {
    const HEXIAO_DATA = folder();
    const { bodyKeysFile } = readSettings({ HEXIAO_DATA });
    expect(statSync(bodyKeysFile).mode & 0o777).toBe(0o600);
    const made = await bodyKeysAt(pathToFileURL(bodyKeysFile).href).newest();
    expect(readSettings({ HEXIAO_DATA }).bodyKeysFile).toBe(bodyKeysFile);
    expect(await bodyKeysAt(pathToFileURL(bodyKeysFile).href).newest()).toEqual(made);
  });

  test('stop a start when they are gone or damaged, instead of being made anew', () => {
    const HEXIAO_DATA = folder();
    const { bodyKeysFile } = readSettings({ HEXIAO_DATA });
    writeFileSync(bodyKeysFile, '{"newest":"');
    expect(() => readSettings({ HEXIAO_DATA })).toThrow(/body-keys\.json.*"newest"/);
    rmSync(bodyKeysFile);
    writeFileSync(join(HEXIAO_DATA, 'dynamodb'), '');
    expect(() => readSettings({ HEXIAO_DATA })).toThrow(/body-keys\.json is missing.*put it back/);
  });
});
