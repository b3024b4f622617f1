import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/topology.ts';
import { allPartitions, declarationsReached, partitionsReached, reaches } from './reach.ts';

/**
 * A function that touches a partition it was not granted fails when it is deployed and nowhere before.
 * Its list in the topology is therefore held against what its code can reach.
 */
describe.each(FUNCTIONS)('the keys of $folder', ({ folder, keys }) => {
  test('are those that its code reaches, no more and no less', () => {
    expect([...keys].toSorted()).toEqual([...partitionsReached(folder)].toSorted());
  });

  test('are written as the store writes them', () => {
    for (const key of keys) expect(allPartitions()).toContain(key);
  });
});

test('who reads apps may read their secrets where they are kept, and nobody else may', () => {
  for (const { folder, secrets } of FUNCTIONS) {
    expect([folder, secrets === true]).toEqual([folder, reaches(folder, 'lib/secrets/secrets.ts')]);
  }
});

test('who seals raw bodies or opens them is given their keys, and nobody else is', () => {
  for (const { folder, bodies } of FUNCTIONS) {
    expect([folder, bodies === true]).toEqual([
      folder,
      reaches(folder, 'lib/secrets/body-keys.ts'),
    ]);
    // A table without keys would fail at the first body: so nobody else's code comes to one.
    expect([folder, bodies === true]).toEqual([folder, reachesBodies(folder)]);
  }
});

const reachesBodies = (folder: string) =>
  declarationsReached(folder).some((one) => /:(?:pack|unpackBody)$/.test(one));

test('this reader reads: webhooks reach their app, workers their entries, nobody everything', () => {
  expect(partitionsReached('ingest')).toContain('APP');
  expect(partitionsReached('ingest')).not.toContain('LEDGER');
  expect(partitionsReached('attribute')).toContain('LEDGER');
  expect(partitionsReached('attribute')).not.toContain('TOKEN');
  expect(allPartitions().size).toBeGreaterThan(15);
});
