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

/** A name with an id in it is longer than the id: a contract's, an entry's. */
export const MAX_NAME_WITH_ID = 4_096;

/**
 * An id, or a name with one in it, as somebody types or sends it to the API: what nobody can see in it could
 * make two ids look like one. What a platform reports as an id is kept as it is: `idSchema`.
 * @param most UTF-16 units
 */
export const givenId = (most = MAX_ID) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((id) => id.isWellFormed() && !UNSEEN.test(id), GIVEN_ID_HELP)
    // A field of that name is none in JavaScript: it would be lost wherever an object has ids for names.
    .refine((id) => id !== '__proto__', 'no id is __proto__');

/** Control and format characters, separators of lines, what is shown as nothing, and white space at an end. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|^\s|\s$/u;

const GIVEN_ID_HELP =
  'an id has no spaces at its ends, and no control, zero-width or direction-of-writing characters';
