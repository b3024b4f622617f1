import { describe, expect, it } from 'vitest';
import { proofKeyOf } from '../../../../lib/proof/keys.ts';
import { madeProof } from '../../../support/made-proof.ts';
import { checkProof, lineProof, splitFile, verdictBeside, verdictOf } from './checker.ts';

const STRANGER = proofKeyOf('the key of somebody who is not the hub');

async function checked(file: string) {
  const { text, page } = splitFile(Buffer.from(file, 'utf8').toString('latin1'));
  return checkProof(text, page);
}

describe('a proof that is loaded into the page of another', async () => {
  const own = await checked(await madeProof(5));
  const twin = await checked(await madeProof(5, STRANGER));
  const isOwn = { isOwnKey: true, isOwnStatement: true, isOwnContent: true };

  it('agrees where the page’s own key signed the same', async () => {
    expect(verdictBeside(own, own)).toEqual({ is: 'sound', ...isOwn });
    const line = await checked(lineProof(own, 3));
    expect(verdictBeside(line, own)).toEqual({ is: 'sound', ...isOwn });
  });

  it('is a doubt where another key signed the same statement, whatever it says, also of one line', async () => {
    expect(verdictOf(twin)).toBe('sound');
    const is = 'twin';
    expect(verdictBeside(twin, own)).toEqual({ ...isOwn, is, isOwnKey: false });
    const other = await checked(await madeProof(6, STRANGER));
    expect(verdictBeside(other, own)).toMatchObject({
      is,
      isOwnStatement: true,
      isOwnContent: false,
    });
    const line = await checked(lineProof(twin, 3));
    expect(verdictOf(line)).toBe('sound');
    expect(verdictBeside(line, own)).toMatchObject({ is, isOwnKey: false });
  });

  it('is a doubt where another key signed another statement, and while the page knows none', async () => {
    const foreign = await checked(await madeProof(5, STRANGER, '2025-10.p2'));
    const is = 'stranger';
    expect(verdictBeside(foreign, own)).toMatchObject({ is, isOwnStatement: false });
    expect(verdictBeside(own, undefined)).toMatchObject({ is, isOwnKey: false });
  });

  it('is a doubt where one key signed two contents of one statement, and none of another', async () => {
    const second = await checked(await madeProof(6));
    expect(verdictBeside(second, own)).toMatchObject({ is: 'second', isOwnContent: false });
    const elsewhere = await checked(await madeProof(6, undefined, '2025-10.p2'));
    expect(verdictBeside(elsewhere, own)).toMatchObject({ is: 'sound', isOwnKey: true });
  });

  it('stays what it is where it does not agree with itself', async () => {
    const file = await madeProof(5, STRANGER);
    const broken = await checked(file.replace('"redemption"', '"redempTIon"'));
    expect(verdictBeside(broken, own)).toMatchObject({ is: 'broken', isOwnKey: false });
  });
});
