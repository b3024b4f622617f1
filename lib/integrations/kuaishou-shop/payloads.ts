import * as z from 'zod';
import { absentAsNull, wireId, wireTime } from '../kit/wire.ts';

/** The shapes we read, tolerant of new fields. */

/** The decrypted message. Source: kwaishop-digital-access-demo, EventDTO. */
export const messageSchema = z.looseObject({
  event: z.string().min(1).max(64),
  eventId: wireId,
  userId: absentAsNull(wireId),
  createTime: absentAsNull(wireTime),
  updateTime: absentAsNull(wireTime),
  /** A string holding JSON; an object is tolerated. */
  info: z.union([z.string(), z.looseObject({})]),
});
export type Message = z.infer<typeof messageSchema>;

/** `info` of the status messages; that of the after-sale messages is known to name the order only. */
export const infoSchema = z.looseObject({
  oid: wireId,
  sellerId: absentAsNull(wireId),
  updateTime: absentAsNull(wireTime),
});
