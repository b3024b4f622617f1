import * as z from 'zod';
import { absentAsNull, optionalFen, wireFen, wireId, wireTime } from './wire.ts';

/** The `data` of the platform's answers, as far as we read it. Field names are the wire's. */

/** Source: douyin-code/delivery-prepare. The encrypted codes are secrets. */
export const prepareSchema = z.looseObject({
  verify_token: z.string().min(1),
  order_id: wireId,
  out_order_no: absentAsNull(wireId),
  certificates: z
    .array(
      z.looseObject({
        encrypted_code: z.string().min(1),
        certificate_id: wireId,
        item_order_id: absentAsNull(wireId),
      }),
    )
    .min(1),
});

/** Sources: douyin-code/delivery-verify, third-code/push-delivery (which shows no result_code). */
const resultSchema = z.looseObject({
  result_code: z
    .union([z.int(), z.string().regex(/^-?\d{1,15}$/)])
    .optional()
    .transform((code) => Number(code ?? 0)),
  item_order_id: absentAsNull(wireId),
  certificate_id: absentAsNull(wireId),
  verify_id: absentAsNull(wireId),
  verify_time: absentAsNull(wireTime),
});
export type VerifyResult = z.infer<typeof resultSchema>;

export const verifyResultsSchema = z.looseObject({ verify_results: z.array(resultSchema) });

/**
 * One sold piece with the creator who brought it. The creator's 抖音号 is public and can change; the
 * video or live room does not. Rates are 1/10000 (2500 is 25 %). Source: query-info/query-cps.
 */
const cpsItemSchema = z
  .looseObject({
    item_order_id: absentAsNull(wireId),
    sell_amount: optionalFen,
    commission_amount: optionalFen,
    commission_rate: wireFen.nullish(),
    item_id: absentAsNull(wireId),
    commission_user_douyinid: absentAsNull(wireId),
    commission_user_nickname: absentAsNull(z.string()),
    task_id: absentAsNull(wireId),
  })
  .transform((item) => ({
    itemOrderId: item.item_order_id,
    sellFen: item.sell_amount,
    commissionFen: item.commission_amount,
    rateBp: item.commission_rate ?? null,
    contentId: item.item_id,
    creatorId: item.commission_user_douyinid,
    creatorName: item.commission_user_nickname,
    taskId: item.task_id,
  }));
export type CpsItem = z.infer<typeof cpsItemSchema>;

const cpsItems = absentAsNull(z.array(cpsItemSchema));

/** The list stands within `cps_info`; beside it is read too. */
export const cpsSchema = z
  .looseObject({
    cps_info: absentAsNull(z.looseObject({ cps_item_list: cpsItems })),
    cps_item_list: cpsItems,
  })
  .transform((data): CpsItem[] => data.cps_info?.cps_item_list ?? data.cps_item_list ?? []);
