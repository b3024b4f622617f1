import { daysBetween } from '../../lib/time/shanghai.ts';
import { type LeadStage, STAGES } from './lead-days.ts';
import type { StandingLead } from './lead-stages.ts';

/** How many of the leads came how far, and how long it took them. */
export interface FunnelStep {
  readonly stage: LeadStage;
  /** Leads that came to this stage, or further. */
  readonly reached: number;
  /** Of all of them, in 1/10000; null where there is none. */
  readonly ofAllBp: number | null;
  /** Of those that reached the stage before. */
  readonly ofBeforeBp: number | null;
  /** From the last stage before it that a lead has a day of; the middle one of those leads. */
  readonly medianDays: number | null;
}

export function funnelOf(leads: readonly StandingLead[]): FunnelStep[] {
  return STAGES.map((stage, index) => {
    const own = leads.filter((one) => STAGES.indexOf(one.stage) >= index).length;
    const before =
      index === 0 ? own : leads.filter((one) => STAGES.indexOf(one.stage) >= index - 1).length;
    const took = leads.flatMap((one) => daysTo(one, index));
    return {
      ...{ stage, reached: own, ofAllBp: partBp(own, leads.length) },
      ...{ ofBeforeBp: index === 0 ? null : partBp(own, before), medianDays: median(took) },
    };
  });
}

function daysTo({ days }: StandingLead, index: number): number[] {
  const day = days[STAGES[index] ?? 'lead'];
  const before = STAGES.slice(0, index)
    .map((stage) => days[stage])
    .findLast((one) => one !== null);
  // Entered after it was contacted, or signed before: there is no time between them.
  return day === null || before == null || before > day ? [] : [daysBetween(before, day) - 1];
}

function partBp(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 10_000) / whole);
}

/** The lower one of two in the middle: a number of days that a lead did take. */
function median(numbers: readonly number[]): number | null {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null;
}
