import { html } from 'hono/html';
import type { Step } from '../../../../lib/attribution/explain.ts';
import { amount, rate, signedAmount } from '../../../../lib/i18n/format.ts';
import { isWord } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import type { ExplainedEntry } from './model.ts';

/** One entry in a line, and behind it why: the rule in words, the reader's other contracts, the arithmetic. */
export function whyEntry(
  speech: Speech,
  { entry, explanation }: ExplainedEntry,
  who: string,
): Html {
  const { say, language } = speech;
  const what =
    entry.kind === 'payment' || entry.kind === 'unused_refund' ? 'why.paid' : 'why.commission';
  const amounts = {
    who,
    amount: signedAmount(entry.amountFen),
    commission: signedAmount(entry.commissionFen),
  };
  if (explanation === null)
    return html`<p class="pv mut">${say('kind.tier')} ${amounts.commission}</p>`;
  const others = explanation.candidates.filter(({ isTaken }) => !isTaken);
  return html`<details><summary>${say(what, amounts)}</summary><div class="why">
<p>${ruleOf(speech, explanation, entry.contractId)}</p>
${entry.corrects === null ? '' : html`<p>${say('why.corrects')}</p>`}
${entry.reverses === null ? '' : html`<p>${say('why.reverses')}</p>`}
${explanation.restatement === null ? '' : html`<p>${say('why.restated', { reason: explanation.restatement.reason })}</p>`}
${others.map(({ contractId, why }) => html`<p>${say('why.other', { contract: contractId, why: why[language] })}</p>`)}
${arithmetic(speech, explanation.arithmetic)}</div></details>`;
}

function ruleOf(
  { say }: Speech,
  {
    rule,
    contract,
    candidates,
  }: {
    rule: string;
    contract: { contractId: string; version: number } | null;
    candidates: readonly { contractId: string; mode: string }[];
  },
  contractId: string | null,
): string {
  const id = contract?.contractId ?? contractId;
  if (id === null) return isWord(`rule.${rule}`) ? say(`rule.${rule}` as 'rule.no-contract') : rule;
  const mode = candidates.find((one) => one.contractId === id)?.mode ?? 'agency';
  const kind = isWord(`mode.${mode}`) ? say(`mode.${mode}` as 'mode.agency') : mode;
  return say('why.contract', { kind, contract: id, version: String(contract?.version ?? '') });
}

interface Line {
  readonly text: string;
  readonly value: string;
  readonly isSum?: boolean;
}

function arithmetic(speech: Speech, steps: readonly Step[]): Html {
  const { say } = speech;
  const lines = steps.flatMap((step) => linesOf(speech, step));
  return html`<table class="tb ar2" role="table"><caption class="sr">${say('why.arithmetic')}</caption><tbody role="rowgroup">${lines.map(
    ({ text, value, isSum }) =>
      html`<tr role="row"${isSum ? html` class="sum"` : ''}><td role="cell">${text}</td><td role="cell" class="n">${value}</td></tr>`,
  )}</tbody></table>`;
}

function linesOf({ say }: Speech, step: Step): Line[] {
  switch (step.step) {
    case 'amounts': {
      const parts = [
        ['amounts.paid', step.paidFen],
        ['amounts.platform', step.platformDiscountFen],
        ['amounts.merchant', step.merchantDiscountFen],
        ['amounts.payment', step.paymentDiscountFen],
      ] as const;
      return parts.flatMap(([name, fen]) =>
        fen === 0 ? [] : [{ text: say(name), value: amount(fen) }],
      );
    }
    case 'basis': {
      const basis = `basis.${step.basis}`;
      const text = isWord(basis) ? say(basis) : step.basis;
      return [{ text: say('why.basis', { basis: text }), value: amount(step.resultFen) }];
    }
    case 'share':
      return [
        { text: say('why.share', { rate: rate(step.shareBp) }), value: amount(step.resultFen) },
      ];
    case 'commission':
      return [
        {
          text: say('why.rate', { rate: rate(step.rateBp) }),
          value: amount(step.resultFen),
          isSum: true,
        },
      ];
    case 'taken-back':
      return [
        {
          text: say('why.taken-back'),
          value: `${signedAmount(step.amountFen)} / ${signedAmount(step.commissionFen)}`,
        },
      ];
    case 'corrected':
      return [
        {
          text: say('why.corrected'),
          value: `${signedAmount(step.amountFen)} / ${signedAmount(step.commissionFen)}`,
        },
      ];
    case 'month':
    case 'tier':
    case 'booked-before':
    case 'due':
      // Of what tiers settle, which is in no voucher's history.
      return [];
    default:
      return step satisfies never;
  }
}
