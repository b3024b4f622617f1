import type { Plant } from '../plant.ts';

/** What is wrong in totals and statements though the entries are right. */
export const TOTALS: readonly Plant[] = [
  {
    name: 'rollup-guard-of-hours',
    what: 'A store-hour’s total that has seen less overwrites one that has seen more',
    file: 'lib/rollups/slots.ts',
    find: "expression: 'attribute_not_exists(#f) OR #f < :count'",
    put: "expression: 'attribute_not_exists(#f) OR #f <> :count'",
    suite: ['test/lib/rollup.test.ts', 'test/lib/interleave.test.ts', 'test/lib/store.test.ts'],
  },
  {
    name: 'rollup-guard-of-buckets',
    what: 'A bucket’s total that has seen less overwrites one that has seen more',
    file: 'lib/rollups/rollups.ts',
    find: 'OR #f${index} < :count${index})`,',
    put: 'OR #f${index} <> :count${index})`,',
    suite: ['test/lib/rollup-races.test.ts'],
  },
  {
    name: 'dimensions-guard',
    what: 'A day’s dimensions that have seen less overwrite those that have seen more',
    file: 'lib/rollups/dimension-pages.ts',
    find: "expression: 'attribute_not_exists(pk) OR n <= :count',",
    put: "expression: 'attribute_not_exists(pk) OR n <> :count OR n = :count',",
    suite: ['test/lib/dimension-versions.test.ts', 'test/lib/dimensions.test.ts'],
  },
  {
    name: 'buckets-not-rolled-up',
    what: 'A day is added up without the bucket of the last store-hour that changed',
    file: 'functions/attribute/totals.ts',
    find: 'await rollUpBuckets(table, providerId, day, [...buckets]);',
    put: 'await rollUpBuckets(table, providerId, day, [...buckets].slice(0, 1));',
    suite: ['test/pipeline/burst.test.ts', 'test/pipeline/main-job.test.ts'],
  },
  {
    name: 'statement-stamps-twice',
    what: 'An entry that is in a statement is put in another as well',
    file: 'lib/store/ledger/statements.ts',
    find: "{ expression: 'attribute_exists(pk) AND attribute_not_exists(statementId)' },",
    put: "{ expression: 'attribute_exists(pk)' },",
    suite: ['test/functions/api/statements.test.ts'],
  },
  {
    name: 'closed-statement-changed',
    what: 'A late entry gets a line in the closed statement of its own month',
    file: 'lib/statements/lines.ts',
    find: '  await putLine(table, statement, entry, { evidence: evidenceOf(event, takesBack), charges });',
    put: '  const whose = { ...statement, month: entry.businessDay.slice(0, 7) };\n  await putLine(table, whose, entry, { evidence: evidenceOf(event, takesBack), charges });',
    suite: ['test/functions/api/statements.test.ts'],
  },
  {
    name: 'not-final-is-billed',
    what: 'An entry that may still be taken back is in a statement',
    file: 'lib/ledger/statement.ts',
    find: 'const heldMs = (reversalWindowsMs[platform] ?? 0) + holdingDays * DAY_MS;',
    put: 'const heldMs = (reversalWindowsMs[platform] ?? 0) * 0 + holdingDays * 0 * DAY_MS;',
    suite: ['test/lib/statement.test.ts', 'test/functions/api/statements.test.ts'],
  },
];
