import type { Fields } from '../answers.ts';
import { seconds } from '../messages.ts';
import { requiredText } from '../query.ts';
import { type Endpoint, type EndpointContext, requiredMerchant } from './endpoint.ts';

/** A redemption's ledger is there so much later. Source: query_record_by_cert. */
const LEDGER_AFTER_MS = 3_600_000;

/** The ledgers of used vouchers, with their orders. Source: query_record_by_cert; the list's name is deduced. */
export function ledgerRowsQuery({ world, now }: EndpointContext): Endpoint {
  return {
    name: 'ledger.query',
    path: '/goodlife/v1/settle/ledger/query_record_by_cert/',
    empty: { ledger_records: [] },
    read: (query) => {
      const { accountId } = requiredMerchant(world, query);
      const wanted = new Set(requiredText(query, 'certificate_ids').split(','));
      const uses = (world.redemptions.get(accountId) ?? []).filter(({ certificateId }) =>
        wanted.has(certificateId),
      );
      return {
        ledger_records: uses.flatMap(({ certificateId, verifyId }): Fields[] => {
          const { certificate, order, state } = world.find(certificateId);
          const use = state.standing.find((one) => one.verifyId === verifyId);
          if (use === undefined || now() - use.redeemedAtMs < LEDGER_AFTER_MS) return [];
          return [
            {
              ...{ ledger_id: `l${verifyId}`, verify_id: verifyId, certificate_id: certificateId },
              ...{ order_id: order.orderId, verify_time: seconds(use.redeemedAtMs), status: 2 },
              amount: splitOf(certificate.amounts.payFen, world.hidesCommissions),
            },
          ];
        }),
      };
    },
  };
}

/** An estimated split of what the buyer paid, in fen. What is hidden is 0, as the platform does. */
function splitOf(payFen: number, isHidden: boolean): Fields {
  const part = (bp: number) => (isHidden ? 0 : Math.floor((payFen * bp) / 10_000));
  const shared = {
    total_merchant_platform_service: part(250),
    talent_commission: part(500),
    total_agent_merchant: part(800),
  };
  const goods = payFen - Math.floor((payFen * 1_550) / 10_000);
  return { original: payFen, pay: payFen, ledger_total: payFen, goods, ...shared };
}
