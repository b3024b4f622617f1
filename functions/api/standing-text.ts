import { yuanOf } from '../../lib/money/yuan.ts';
import type { Standing } from './standing.ts';

/** Why a provider stands where it does, in two languages: each sentence names its numbers. */
export function explainStanding(standing: Standing): { readonly zh: string; readonly en: string } {
  const all = [measureOf, tierOf, nextOf, scoreOf, certificatesOf, restatedOf];
  const said = all.flatMap((one) => one(standing) ?? []);
  return { zh: said.map(({ zh }) => zh).join(''), en: said.map(({ en }) => en).join(' ') };
}

type Said = { readonly zh: string; readonly en: string } | null;

const yuan = (fen: number) => yuanOf(fen).replace(/\B(?=(?:\d{3})+\.)/g, ',');

function measureOf({ window: { from, to }, measure, measureFen }: Standing): Said {
  const [zh, en] = measure === 'paid' ? ['支付', 'Paid'] : ['核销', 'Redeemed'];
  return {
    zh: `${from} 至 ${to}，${zh} GMV 为 ${yuan(measureFen)} 元，是这些营业日合计之和。`,
    en: `${en} GMV from ${from} to ${to} is CNY ${yuan(measureFen)}: the sum of the totals of these days.`,
  };
}

function tierOf({ tier }: Standing): Said {
  if (tier === null) return { zh: '还没有到第一个层级。', en: 'That is below the first tier.' };
  return { zh: `目前的层级是「${tier}」。`, en: `The tier is ${tier}.` };
}

function nextOf({ next, periodEnd }: Standing): Said {
  if (next === null) return { zh: '已是最高层级。', en: 'There is no tier above.' };
  const { tier, missingFen, expectedAt } = next;
  const when =
    expectedAt === null
      ? {
          zh: `照本期至今的速度，到 ${periodEnd} 为止达不到。`,
          en: `At the pace of the period so far it is not reached by ${periodEnd}.`,
        }
      : {
          zh: `照本期至今的速度，预计 ${expectedAt} 达到。`,
          en: `At the pace of the period so far it is reached on ${expectedAt}.`,
        };
  return {
    zh: `距「${tier}」还差 ${yuan(missingFen)} 元。${when.zh}`,
    en: `${tier} needs CNY ${yuan(missingFen)} more. ${when.en}`,
  };
}

function scoreOf({ score }: Standing): Said {
  if (score === null) return null;
  const { points, entryPoints, exitPoints, state } = score;
  const [zh, en] = {
    in: [`达到准入线 ${entryPoints}`, `at or above the ${entryPoints} of entry`],
    between: [
      `低于准入线 ${entryPoints}，不低于准出线 ${exitPoints}`,
      `below the ${entryPoints} of entry, and not below the ${exitPoints} of exit`,
    ],
    out: [`低于准出线 ${exitPoints}`, `below the ${exitPoints} of exit`],
  }[state];
  return { zh: `得分 ${points}，${zh}。`, en: `The score is ${points}: ${en}.` };
}

function certificatesOf({ certificates }: Standing): Said {
  const open = certificates.filter(({ state }) => state !== 'valid');
  if (open.length === 0) return null;
  const words = {
    ...{ valid: ['有效', 'valid'], 'to-come': ['尚未生效', 'not in force yet'] },
    ...{
      ending: ['即将到期', 'ends soon'],
      ended: ['已到期', 'ended'],
      missing: ['缺少', 'missing'],
    },
  } as const;
  const [zh, en] = ([0, 1] as const).map((language) =>
    open
      .map(({ track, to, state }) => {
        const own = words[state][language];
        const end = to === null || state === 'to-come' ? '' : ` ${to}`;
        return `${track} ${own}${end}`;
      })
      .join(language === 0 ? '，' : ', '),
  );
  return { zh: `认证：${zh}。`, en: `Certificates: ${en}.` };
}

function restatedOf({ restated }: Standing): Said {
  if (restated.length === 0) return null;
  const gain = restated.reduce((sum, { gainFen }) => sum + gainFen, 0);
  const days = [...new Set(restated.map(({ on }) => on))].join(', ');
  return {
    zh: `账本在 ${days} 重述过本期的营业日，使其变动 ${yuan(gain)} 元；以上已是重述之后的数。`,
    en: `The books of days of this period were restated on ${days}, by CNY ${yuan(gain)}; all of the above is after that.`,
  };
}
