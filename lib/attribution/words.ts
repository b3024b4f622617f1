import type { Entry } from '../ledger/entry.ts';
import type { Attributable } from './attributable.ts';
import type { ContractVerdict } from './candidates.ts';
import type { ContractVersion } from './contract.ts';

/** One thing said in both languages. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** Why a contract claims an event, or does not. */
export function verdictWords(
  verdict: ContractVerdict,
  contract: ContractVersion,
  event: Attributable,
): Sentence {
  const { startsAt, endsAt, recordedAt } = contract;
  const { productId, creatorId, channel } = event.sale;
  switch (verdict) {
    case 'taken':
      return { zh: '合同生效且范围相符', en: 'in force, and covers it' };
    case 'recorded-later':
      return {
        zh: `合同（或此版本）于 ${recordedAt} 才登记，晚于本笔`,
        en: `recorded at ${recordedAt}, after this was known`,
      };
    case 'not-yet-in-force':
      return { zh: `合同 ${startsAt} 起才生效`, en: `in force only from ${startsAt}` };
    case 'ended':
      return { zh: `合同已于 ${endsAt ?? ''} 终止`, en: `ended at ${endsAt ?? ''}` };
    case 'other-store':
      return {
        zh: `合同不含门店 ${event.storeId ?? '（未知）'}`,
        en: `not for store ${event.storeId ?? '(unknown)'}`,
      };
    case 'other-channel':
      return { zh: `合同不含渠道 ${channel}`, en: `not for channel ${channel}` };
    case 'other-product':
      return {
        zh: `合同不含商品 ${productId ?? '（未知）'}`,
        en: `not for product ${productId ?? '(unknown)'}`,
      };
    case 'other-creator':
      return {
        zh: `合同不含达人 ${creatorId ?? '（未知）'}`,
        en: `not for creator ${creatorId ?? '(unknown)'}`,
      };
    case 'mode-not-asked':
      return { zh: '归属策略不使用此类合同', en: 'the policy does not ask contracts of this mode' };
    case 'another-mode-first':
      return {
        zh: '按归属策略，另一类合同优先',
        en: 'by the policy, a contract of the other mode came first',
      };
    case 'share-used-up':
      return {
        zh: '份额已被先登记的合同占满',
        en: 'earlier contracts had the whole share already',
      };
    default:
      return verdict satisfies never;
  }
}

const RULES: Readonly<Record<Entry['explanation']['rule'], Sentence>> = {
  'special-contract': { zh: '专项服务合同', en: 'a special contract' },
  'agency-contract': { zh: '代运营合同', en: 'an agency contract' },
  'no-contract': { zh: '没有合同认领', en: 'no contract claims it' },
  'rest-of-share': { zh: '合同份额之外的剩余部分', en: 'what the contracts’ shares leave' },
  'reversing-entry': { zh: '冲回', en: 'a reversing entry' },
  tier: { zh: '月度阶梯调整', en: 'the month’s tier' },
};

const KINDS: Readonly<Record<Entry['kind'], Sentence>> = {
  payment: { zh: '支付', en: 'Payment' },
  unused_refund: { zh: '未使用退款', en: 'Refund before use' },
  redemption: { zh: '核销', en: 'Redemption' },
  reversal: { zh: '撤销核销', en: 'Reversal' },
  refund: { zh: '核销后退款', en: 'Refund after use' },
  supersession: { zh: '由平台记录取代', en: 'Superseded by the platform’s record' },
  tier: { zh: '阶梯调整', en: 'Tier adjustment' },
};

/** The whole explanation in one sentence. */
export function sentenceOf(entry: Entry, original: Entry): Sentence {
  const kind = KINDS[entry.kind];
  const rule = RULES[original.explanation.rule];
  const { basisFen, shareBp, rateBp, policy } = original.explanation;
  const [share, rate] = [percent(shareBp), percent(rateBp)];
  const [gmv, booked, commission] = [basisFen, entry.amountFen, entry.commissionFen].map(yuan);
  const contract =
    original.contractId === null ? '' : ` ${original.contractId} v${original.contractVersion}`;
  const base: Sentence = {
    zh: `${kind.zh}：按${rule.zh}${contract}（策略 v${policy}），GMV ${gmv} 元 × 份额 ${share} 计入 ${entry.providerId}，记 ${booked} 元；佣金率 ${rate}，佣金 ${commission} 元`,
    en: `${kind.en}: by ${rule.en}${contract} (policy v${policy}), GMV ¥${gmv} × share ${share} counts for ${entry.providerId} as ¥${booked}; at a rate of ${rate} the commission is ¥${commission}`,
  };
  if (entry.corrects !== null) {
    return {
      zh: `冲销重述前的一笔。${base.zh}。`,
      en: `Corrects an entry that was decided anew. ${base.en}.`,
    };
  }
  if (entry.reverses !== null) {
    return { zh: `按原入账冲回。${base.zh}。`, en: `Takes back what was booked. ${base.en}.` };
  }
  return { zh: `${base.zh}。`, en: `${base.en}.` };
}

/** Fen → yuan with two digits, in integers. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function percent(bp: number): string {
  const digits = String(bp).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}%`;
}
