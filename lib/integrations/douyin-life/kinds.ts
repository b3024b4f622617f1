/**
 * Events that are known and kept in the archive: either not about money, or documented by name only,
 * so that nothing could be booked from them. Source: the table of events on the life-services pages.
 */
export const KEPT: ReadonlySet<string> = new Set([
  'verify_webhook',
  // Products.
  'life_product_common_audit',
  'life_product_audit',
  'life_product_status_change',
  // Delivery (即送/随心团).
  'life_takeout_order_pay_success',
  'life_trade_takeout_order_finish',
  'life_trade_takeout_order_modify',
  'life_takeout_order_merchant_receive',
  'life_takeout_order_merchant_refuse',
  'life_takeout_order_pay_close',
  'life_trade_refund_audit',
  'life_trade_refund_complete',
  'life_trade_part_refund_complete',
  // Orders at the table (点单).
  'life_trade_estimated_order_income',
  // Paying a bill (买单).
  'life_pay_bill_enable_config',
  'life_pay_bill_refund_audit',
  'life_pay_bill_refund_complete',
  // Stores.
  'life_hermes_akte_store_claim_notification',
  'life_poi_match_notify',
  'life_poi_report_notify',
  'life_shop_deliver_change',
  'life_shop_order_receive_change',
  // Booking. Two of the names are abbreviated where they are documented, so both readings are taken.
  'life_hermes_akte_booking_status_notification',
  'life_hermes_akte_booking_config_result',
  'life_hermes_akte_merchant_config_update',
  'life_hermes_akte_booking_merchant_config_update',
  'life_hermes_akte_store_config_update',
  'life_hermes_akte_booking_store_config_update',
]);
