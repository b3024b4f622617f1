import { it } from 'vitest';
import { IS_LONG, runs } from '../../support/long.ts';
import { playSeeds } from './seeds.ts';

it('plays half of the seeds, and the books of each agree with the platforms', () =>
  playSeeds(1, IS_LONG ? runs(500) : 200));
