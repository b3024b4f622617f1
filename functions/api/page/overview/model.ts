import type { StoreName } from '../names.ts';
import type { Period } from '../period.ts';
import type { Checked } from './checked.ts';
import type { Totals } from './read.ts';
import type { StoreCourse } from './stores.ts';
import type { Waiting } from './waiting.ts';

/** What the overview shows. */
export interface OverviewView {
  readonly period: Period;
  readonly totals: Totals;
  readonly stores: {
    readonly top: readonly StoreCourse[];
    readonly movers: readonly StoreCourse[];
    readonly names: ReadonlyMap<string, StoreName>;
    readonly isComplete: boolean;
    readonly all: number;
  };
  readonly waiting: readonly Waiting[];
  readonly checked: Checked;
  readonly measure: 'redeemed' | 'paid';
  readonly by: 'day' | 'hour';
  readonly canHour: boolean;
  /** Nothing in the period, nor in the one before. */
  readonly isEmpty: boolean;
  /** The first day with anything booked, read where it is empty. */
  readonly firstDay: string | null;
}
