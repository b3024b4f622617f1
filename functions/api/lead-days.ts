/** The stages of a lead, in their order. */

export const STAGES = [
  'lead',
  'contacted',
  'authorised',
  'contracted',
  'first_redemption',
] as const;
export type LeadStage = (typeof STAGES)[number];

/** On which business day a lead came to each stage; null where it did not, or passed it over. */
export type StageDays = Readonly<Record<LeadStage, string | null>>;

export function furthest(days: StageDays): LeadStage {
  return STAGES.findLast((stage) => days[stage] !== null) ?? 'lead';
}
