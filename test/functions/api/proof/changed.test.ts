import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HexiaoUnderTest } from '../../../support/hexiao.ts';
import { IS_LONG, runs } from '../../../support/long.ts';
import { ask, Clock } from '../support.ts';
import { changeByte, sayOf } from './changes.ts';
import { checkProof, splitFile } from './checker.ts';
import { closedOctober } from './tenant.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let file: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  const own = await closedOctober(hexiao, clock, 40);
  const reply = await ask(hexiao, 'GET', `/v1/statements/${own.id}.proof`, { token: own.token });
  file = Buffer.from(reply.text, 'utf8').toString('latin1');
});

afterAll(() => hexiao?.stop());

/** The same ones at every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a proof of which one byte was changed', () => {
  it('says which byte, what it was and is, and that all else is as it was signed', async () => {
    const random = numbers(17);
    const missed: object[] = [];
    // To find a byte takes a hash of each that may have stood there: HEXIAO_LONG=5 changes a thousand.
    const count = IS_LONG ? runs(200) : 25;
    for (let done = 0; done < count; done += 1) {
      const change = changeByte(file, random);
      const { isSound, isMended, said, others } = await sayOf(change.file);
      const { at, was, is } = change;
      const isFound = said?.at === at && said.was === was && said.is === is;
      if (isSound || !isMended || !isFound || others?.length !== 0) {
        missed.push({ at, was, is, said, isMended });
      }
    }
    expect(missed).toEqual([]);
  }, 900_000);

  it('names the entry and the field', async () => {
    const { text, start } = splitFile(file);
    const { rows } = await checkProof(text, null);
    const line = [...text.matchAll(/^line \S+ (.*)$/gm)][7];
    const fen = String(rows[7]?.amountFen);
    const at = start + (line?.index ?? 0) + (line?.[0].indexOf(`,${fen},`) ?? 0) + 1;
    const is = file[at] === '9' ? '8' : '9';
    const { said } = await sayOf(file.slice(0, at) + is + file.slice(at + 1));
    expect(said).toMatchObject({ at, is, word: 'line', row: 7 });
    expect(['basisFen', 'amountFen']).toContain(said?.field);
  });
});

describe('a proof that was changed otherwise', () => {
  const lineOf = (index: number) => {
    const line = [...file.matchAll(/^line \S+ .*$/gm)][index];
    if (line === undefined) throw new Error('no such line');
    return line;
  };

  it('names the fields of a line of which several bytes were changed', async () => {
    const line = lineOf(5);
    const changed = line[0].replace(
      /"redemption","2025-10-09T\d\d:/,
      '"redemption","2025-10-09T03:',
    );
    const commission = changed.replace(/,(\d+),null,null,/, ',77777,null,null,');
    const { text, page } = splitFile(file.replace(line[0], () => commission));
    const { damage, isSound, breaks } = await checkProof(text, page);
    expect(isSound).toBe(false);
    expect(damage).toMatchObject([
      { what: 'fields', word: 'line', row: 5, field: 'occurredAt, commissionFen' },
    ]);
    expect(breaks).toEqual([{ link: 'root' }]);
  });

  it('says where the chain breaks when a line is left out, or changed with its check', async () => {
    const { text, page } = splitFile(file.replace(`${lineOf(5)[0]}\n`, ''));
    const { breaks, faultsOfMonth } = await checkProof(text, page);
    expect(breaks.map(({ link }) => link)).toEqual(['lines', 'root']);
    expect(faultsOfMonth).not.toEqual([]);
    const forged = await import('../../../../lib/proof/text.ts');
    const body = lineOf(5)[0].slice(28).replace('"s', '"t');
    const line = forged.proofLine('line', body);
    const other = splitFile(file.replace(lineOf(5)[0], () => line));
    const checked = await checkProof(other.text, other.page);
    expect(checked).toMatchObject({ isSound: false, damage: [], breaks: [{ link: 'root' }] });
  });

  it('does not hold when somebody else signed it', async () => {
    const { proofKeyOf } = await import('../../../../lib/proof/keys.ts');
    const { proofLine } = await import('../../../../lib/proof/text.ts');
    const { text } = splitFile(file);
    const head = /^head \S+ (.*)$/m.exec(text)?.[1] ?? '';
    const key = proofKeyOf('another key, of somebody who is not the hub');
    const signed = text.replace(/^sign .*$/m, () => proofLine('sign', key.sign(head)));
    expect((await checkProof(signed, null)).breaks).toEqual([
      { link: 'signature', detail: 'false' },
    ]);
    const withKey = signed.replace(/^key .*$/m, () => proofLine('key', key.publicKey));
    expect((await checkProof(withKey, null)).breaks).toEqual([
      { link: 'signature', detail: 'another key' },
    ]);
  });
});
