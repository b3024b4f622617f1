import * as z from 'zod';
import { absentAsNull, wireFen, wireId } from '../kit/wire.ts';

/** 销毁, a refund of tickets. Source: kwaishop-digital-access-demo, SolutionA/B/CController. */
export const destroySchema = z.looseObject({
  oid: wireId,
  sellerId: absentAsNull(wireId),
  etickets: z
    .array(z.looseObject({ id: wireId, goodsValue: wireFen.nullish().catch(null) }))
    .min(1)
    .max(1_000),
  /** The platform's id of the act. */
  serialNum: wireId,
});
