import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../lib/ledger/statement-acts.ts';
import {
  lifeOf,
  STATES,
  type StatementAct,
  type StatementLife,
} from '../../lib/ledger/statement-life.ts';
import { type Acted, actOn, readLife } from '../../lib/statements/act.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { MemoryTable } from '../world/store/table.ts';

const ID = { providerId: 'p1', month: '2025-10', payableFen: 1_000 };

const by = (name: string) => ({ at: '2025-11-05T10:00:00.000+08:00', by: name });
const sent = { act: 'sent', ...by('operator') } as const;
const confirmed = { act: 'confirmed', ...by('finance') } as const;
const disputed = (line: string, reason = 'why') =>
  ({ act: 'disputed', ...by('finance'), disputeId: `d-${line}`, entryId: line, reason }) as const;
const answered = (line: string, accept: boolean, reason = 'because') =>
  ({ act: 'answered', ...by('operator'), disputeId: `d-${line}`, accept, reason }) as const;
const paid = (reference: string, fen: number, date = '2025-11-05') =>
  ({ act: 'paid', ...by('operator'), reference, date, fen }) as const;
const invoiced = (number: string, fen: number) =>
  ({ act: 'invoiced', ...by('finance'), number, date: '2025-11-05', fen }) as const;

/** The acts that were taken, of all that were tried in turn. */
function played(tried: readonly StatementAct[]): StatementAct[] {
  const acts: StatementAct[] = [];
  for (const act of tried) {
    if (judge(lifeOf(acts), act, ID.payableFen) === 'add') acts.push(act);
  }
  return acts;
}

const line = fc.constantFrom('l1', 'l2', 'l3');
const anyAct: fc.Arbitrary<StatementAct> = fc.oneof(
  fc.constant(sent),
  fc.constant(confirmed),
  fc.tuple(line, fc.constantFrom('a', 'b')).map(([one, reason]) => disputed(one, reason)),
  fc.tuple(line, fc.boolean()).map(([one, accept]) => answered(one, accept)),
  fc
    .tuple(fc.constantFrom('n1', 'n2', 'n3'), fc.integer({ min: -700, max: 1_200 }))
    .map(([number, fen]) => invoiced(number, fen)),
  fc
    .tuple(fc.constantFrom('r1', 'r2', 'r3'), fc.integer({ min: -700, max: 1_200 }))
    .map(([reference, fen]) => paid(reference, fen)),
);

describe('the life of a statement', () => {
  it('keeps what must hold, whatever is tried in whatever order', () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 25 }), (tried) => {
        const acts = played(tried);
        const life = lifeOf(acts);
        const isOpen = life.disputes.some(({ answer }) => answer === null);
        expect(life.state === 'disputed').toBe(isOpen);
        expect(life.state === 'confirmed').toBe(life.confirmed !== null);
        if (life.confirmed !== null) expect(isOpen).toBe(false);
        expect(STATES).toContain(life.state);
        for (const sum of [life.invoicedFen, life.paidFen]) {
          expect(sum).toBeGreaterThanOrEqual(0);
          expect(sum).toBeLessThanOrEqual(ID.payableFen);
        }
        const add = (all: readonly { fen: number }[]) => all.reduce((sum, { fen }) => sum + fen, 0);
        expect([add(life.invoices), add(life.payments)]).toEqual([life.invoicedFen, life.paidFen]);
        for (const ids of [
          life.disputes.map(({ entryId }) => entryId),
          life.invoices.map(({ number }) => number),
          life.payments.map(({ reference }) => reference),
        ]) {
          expect(new Set(ids).size).toBe(ids.length);
        }
        // What was taken is never taken again, and the state is only of the acts that were.
        for (const act of acts) expect(judge(life, act, ID.payableFen)).not.toBe('add');
        expect(lifeOf(acts)).toEqual(life);
      }),
      { numRuns: 500 },
    );
  });

  it('records each act that was taken, and says sent of what was sent alone', () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 25 }), (tried) => {
        const acts = played(tried);
        const life = lifeOf(acts);
        for (const act of acts) expect(recorded(life, act), act.act).toBe(true);
        if (life.state === 'sent') expect(life.sent).not.toBeNull();
        if (life.state === 'closed') expect([life.sent, life.confirmed]).toEqual([null, null]);
        // What was said to be done stands, whatever stood before: nothing is answered yes and left out.
        for (const act of [sent, confirmed, ...['l1', 'l2', 'l3'].map((one) => disputed(one))]) {
          const judged = judge(life, act, ID.payableFen);
          if (judged === 'stands') expect(recorded(life, act), act.act).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is sent once, whatever was disputed before, and not by an answer', () => {
    const before = [disputed('l1'), answered('l1', false)];
    expect(lifeOf(before)).toMatchObject({ state: 'closed', sent: null });
    expect(lifeOf(played([...before, sent, sent]))).toMatchObject({
      ...{ state: 'sent', sent: by('operator') },
    });
    expect(lifeOf(played([sent, ...before])).state).toBe('sent');
    // While a line is in dispute, and after it is confirmed, it is recorded and changes no state.
    expect(lifeOf(played([disputed('l1'), sent]))).toMatchObject({
      ...{ state: 'disputed', sent: by('operator') },
    });
    expect(lifeOf(played([confirmed, sent]))).toMatchObject({
      ...{ state: 'confirmed', sent: by('operator') },
    });
  });

  it.each<[string, StatementAct[], StatementAct, ReturnType<typeof judge>]>([
    [
      'a line is disputed twice',
      [disputed('l1')],
      disputed('l1', 'other'),
      refused('line-disputed'),
    ],
    ['a line is disputed again in the same words', [disputed('l1')], disputed('l1'), 'stands'],
    [
      'a line is disputed that has its answer',
      [disputed('l1'), answered('l1', false)],
      disputed('l1'),
      refused('dispute-answered'),
    ],
    ['it is confirmed in dispute', [disputed('l1')], confirmed, refused('statement-disputed')],
    ['it is disputed when confirmed', [confirmed], disputed('l1'), refused('statement-confirmed')],
    [
      'an answer is changed',
      [disputed('l1'), answered('l1', true)],
      answered('l1', false),
      refused('dispute-answered'),
    ],
    ['nothing is answered', [], answered('l1', true), refused('not-found')],
    ['more is paid than is due', [paid('r1', 900)], paid('r2', 101), refused('over-paid')],
    ['more comes back than was paid', [paid('r1', 9)], paid('r2', -10), refused('over-paid')],
    ['a reference is used twice', [paid('r1', 900)], paid('r1', 100), refused('number-reused')],
    ['a payment is recorded twice', [paid('r1', 900)], paid('r1', 900), 'stands'],
    ['more is invoiced than is due', [], invoiced('n1', 1_001), refused('over-invoiced')],
    ['a red-letter invoice takes one back', [invoiced('n1', 900)], invoiced('n2', -900), 'add'],
    ['it is confirmed again', [sent, confirmed], confirmed, 'stands'],
    ['it is paid when nobody confirmed', [sent], paid('r1', 1_000), 'add'],
  ])('when %s', (_when, before, act, wanted) => {
    expect(judge(lifeOf(before), act, ID.payableFen)).toEqual(wanted);
  });
});

/** Whether a life tells of an act. */
function recorded(life: StatementLife, act: StatementAct): boolean {
  switch (act.act) {
    case 'sent':
      return life.sent !== null;
    case 'confirmed':
      return life.confirmed !== null;
    case 'disputed':
      return life.disputes.some(({ entryId }) => entryId === act.entryId);
    case 'answered':
      return life.disputes.some((one) => one.disputeId === act.disputeId && one.answer !== null);
    case 'invoiced':
      return life.invoices.some(({ number }) => number === act.number);
    case 'paid':
      return life.payments.some(({ reference }) => reference === act.reference);
    default:
      return act satisfies never;
  }
}

function refused(why: string): ReturnType<typeof judge> {
  return { refused: why } as ReturnType<typeof judge>;
}

describe('two who act at once, in every order of their calls', () => {
  const pairs: [string, StatementAct[], StatementAct, StatementAct, string[][]][] = [
    // One is done, and whoever comes second is told so: by what each came to, sorted.
    ['confirm and dispute', [sent], confirmed, disputed('l1'), [['added', 'refused']]],
    [
      'dispute one line for two reasons',
      [],
      disputed('l1'),
      disputed('l1', 'b'),
      [['added', 'refused']],
    ],
    ['dispute two lines', [], disputed('l1'), disputed('l2'), [['added', 'added']]],
    [
      'answer yes and no',
      [disputed('l1')],
      answered('l1', true),
      answered('l1', false),
      [['added', 'refused']],
    ],
    ['record one payment', [], paid('r1', 800), paid('r1', 800), [['added', 'stands']]],
    ['pay more than is due together', [], paid('r1', 800), paid('r2', 300), [['added', 'refused']]],
    [
      'invoice more than is due together',
      [],
      invoiced('n1', 1_000),
      invoiced('n2', 1),
      [['added', 'refused']],
    ],
    ['send and confirm', [], sent, confirmed, [['added', 'added']]],
    [
      'answer and confirm',
      [disputed('l1')],
      answered('l1', true),
      confirmed,
      [
        ['added', 'added'],
        ['added', 'refused'],
      ],
    ],
  ];

  it.each(pairs)('%s', async (_what, before, one, two, allowed) => {
    const seen = new Set<string>();
    const { isEvery } = await everyOrder(async () => {
      const table = new MemoryTable();
      for (const act of before) await actOn(table, ID, act);
      const came: Acted['is'][] = [];
      const acting = (act: StatementAct) => async (turn: Turn) => {
        came.push((await actOn(table.seenBy(turn), ID, act)).is);
      };
      return {
        workers: { one: acting(one), two: acting(two) },
        afterwards: async () => {
          const outcome = came.toSorted();
          expect(allowed).toContainEqual(outcome);
          seen.add(JSON.stringify(outcome));
          const life = await readLife(table, ID);
          expect(life.paidFen).toBeLessThanOrEqual(ID.payableFen);
          expect(life.invoicedFen).toBeLessThanOrEqual(ID.payableFen);
          if (life.confirmed !== null) {
            expect(life.disputes.every(({ answer }) => answer !== null)).toBe(true);
          }
          expect(table.all('STATEMENT#')).toHaveLength(
            before.length + came.filter((is) => is === 'added').length,
          );
        },
      };
    });
    expect(isEvery).toBe(true);
    expect(seen.size).toBe(allowed.length);
  });
});
