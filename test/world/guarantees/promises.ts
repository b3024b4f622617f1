/** What Hexiao promises, what holds it, and where it ends. */
export interface Promised {
  readonly what: string;
  /** In the simulated world: how it is looked at there; absent where the world has nobody who could break it. */
  readonly world?: string;
  /** Test files, from the top. */
  readonly tests: readonly string[];
  readonly limit: string;
}

export const PROMISES: readonly Promised[] = [
  {
    what: 'What was acknowledged is booked: nothing is lost',
    world: 'every voucher of every sandbox is looked up at the end, and compared act by act',
    tests: ['test/pipeline/crash.test.ts', 'test/pipeline/lost-messages.test.ts'],
    limit:
      'A webhook that never reaches us is found only where the platform’s own records are reconciled. The local ' +
      'run’s queue lives in memory.',
  },
  {
    what: 'Where a platform documents its own records, the books are the same with every webhook deleted',
    world:
      'losses of 0 to 100 %, doubled, late, with calls failing, against the same script without any loss: see above',
    tests: [
      'test/world/losses/losses.test.ts',
      'test/pipeline/reconciliation.test.ts',
      'test/pipeline/meituan-records.test.ts',
    ],
    limit:
      'Douyin life and Meituan; the others list no records, and say `unverifiable`. What is not read within a week stays ' +
      'open until somebody reads its days.',
  },
  {
    what: 'Nothing is counted twice, however often it is reported and by however many roads',
    world:
      'the same comparison, with up to 50 copies of a request and every message handed out again; and at each write of an ' +
      'entry its fact is attributed once, and no more of it than it is worth',
    tests: [
      'test/world/engine/books-watch.test.ts',
      'test/lib/two-roads.test.ts',
      'test/functions/api/till/races.test.ts',
    ],
    limit:
      'Where a platform names no act, one request at a time uses a voucher, and the second is told so.',
  },
  {
    what: 'Every total is the sum of its entries, to the fen',
    world:
      'all entries are added up anew by day, store, merchant, city, platform, loop, channel, product and creator; and each ' +
      'store-hour that has seen all of its entries, whenever it is written',
    tests: [
      'test/world/engine/books-watch.test.ts',
      'test/pipeline/grouped-totals.test.ts',
      'test/lib/rollup-races.test.ts',
    ],
    limit: 'A total is some seconds behind its entries; what it has seen stands in its version.',
  },
  {
    what: 'An entry never changes and never goes',
    world: 'every write of an entry is compared with the one before it, when it happens',
    tests: ['test/world/engine/ledger-watch.test.ts'],
    limit: 'A closing writes which statement it is in, and an erasure takes its buyer out.',
  },
  {
    what: 'What takes a redemption back takes exactly what was booked',
    world: 'reversals and refunds, early, late and in part, are a fifth of all acts',
    tests: ['test/lib/attribution.test.ts', 'test/pipeline/order-refunds.test.ts'],
    limit:
      'Kuaishou’s mini-programs do not date a use: a refund in part within two minutes of it is taken from both.',
  },
  {
    what: 'All providers together have what is true, and nobody’s part is anybody else’s',
    world: 'the entries of all providers against the sandboxes, by platform',
    tests: ['test/world/engine/office-books.test.ts', 'test/lib/attribution.test.ts'],
    limit: 'None known.',
  },
  {
    what: 'After a restatement every fact is whose the contracts say it is',
    world:
      'contracts are signed, ended and policies changed meanwhile; at the end every day is restated, and a second ' +
      'reckoning says whose each fact is',
    tests: ['test/functions/api/restatements.test.ts'],
    limit:
      'Clocks of two machines may be a second apart (decision 0006): the world has no wrong clocks beside contracts.',
  },
  {
    what: 'An entry is in one statement, and statements pay what was earned',
    world:
      'months are closed meanwhile, and all of them at the end: each line is looked for, and each carry',
    tests: ['test/functions/api/statements.test.ts', 'test/lib/tiers.test.ts'],
    limit: 'What may still be taken back waits for a later month.',
  },
  {
    what: '`idle` is never said while something is on its way',
    world: 'somebody asks at every fifteenth act',
    tests: ['test/functions/api/pipeline.test.ts'],
    limit: 'A message that the queue itself lost is found by the next repetition, replay or sweep.',
  },
  {
    what: 'Once faults end, everything is done',
    world:
      'three days after the last fault nothing may be left; dead letters are redriven, and ours never dropped',
    tests: ['test/pipeline/unfinished.test.ts'],
    limit: 'Somebody redrives dead letters.',
  },
  {
    what: 'With a platform down for an hour, webhooks are acknowledged, and ten minutes after its return all that waited is known',
    world:
      'in one run of ten a platform answers no call for an hour, and nothing else goes wrong: each webhook and callback has its acknowledgement, and ten minutes later no hint or decision waits',
    tests: ['test/world/engine/world.test.ts', 'test/pipeline/hints.test.ts'],
    limit:
      'A till in Douyin’s mini-programs or at Kuaishou that loses an answer then, and takes back later than its platform lets it, has a request that stays open.',
  },
  {
    what: 'An erasure leaves nothing of its buyer, and changes no amount',
    world: 'orders are erased meanwhile; at the end every item and every body is searched for them',
    tests: ['test/functions/api/erasures.test.ts', 'test/functions/api/erasure-races.test.ts'],
    limit: 'It waits for what waits for its platform, 30 days at most.',
  },
  {
    what: 'A provider reads its own alone',
    world: 'in each run one of them lists its entries in the middle of all, and asks for another’s',
    tests: ['test/world/engine/tenants.test.ts', 'test/functions/api/tenants.test.ts'],
    limit: 'The operator reads all.',
  },
  {
    what: 'A deployment changes nothing: workers of two versions may work side by side',
    world:
      'machines of the next version write items and messages with what this version does not know',
    tests: ['test/pipeline/versions.test.ts'],
    limit: 'A version adds only what the one before may overlook (decision 0009).',
  },
  {
    what: 'What expires may go at any time after it, and is missed by nobody',
    world: 'the table deletes items that have expired, each by itself, at once, late or never',
    tests: ['test/world/store/table.test.ts', 'test/world/engine/world.test.ts'],
    limit: 'A delivery that has expired cannot be replayed.',
  },
  {
    what: 'What is not signed decides nothing',
    tests: ['test/functions/ingest.test.ts', 'test/integrations/constant-time.test.ts'],
    limit: 'As far as the platform signs: each integration’s README says what it leaves out.',
  },
];
