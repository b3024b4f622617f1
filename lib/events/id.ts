import * as z from 'zod';
import { MAX_ID } from './is-id.ts';

/** What names things from outside. Apart from the events, whose schemas `ingest` must not load. */

export const PLATFORMS = ['douyin', 'kuaishou', 'meituan'] as const;
export const platformSchema = z.enum(PLATFORMS);
export type Platform = z.infer<typeof platformSchema>;

/** An id from outside: a string even when it looks like a number (many exceed 2^53). */
export const idSchema = z
  .string()
  .min(1)
  .max(MAX_ID)
  .refine((id) => id.isWellFormed(), 'an id is well-formed Unicode');
