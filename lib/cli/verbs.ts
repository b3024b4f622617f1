import { access } from './access.ts';
import { addIntegration } from './add-integration.ts';
import { completeness, differences } from './completeness.ts';
import { contracts } from './contracts.ts';
import { disputes } from './disputes.ts';
import { drop } from './drop.ts';
import { entries, explanation } from './entries.ts';
import { erase } from './erase.ts';
import { growth } from './growth.ts';
import { importFile } from './import-file.ts';
import { rebuild } from './rebuild.ts';
import { reconcile } from './reconcile.ts';
import { redrive } from './redrive.ts';
import { replay } from './replay.ts';
import { restate } from './restate.ts';
import { sandbox } from './sandbox.ts';
import { simulate } from './simulate.ts';
import { statements } from './statements.ts';
import { redeem, reverse } from './till.ts';
import type { Verb } from './verb.ts';

export interface Row {
  readonly name: string;
  /** The ways to call it: what stands after its name. */
  readonly calls: readonly string[];
  readonly zh: string;
  readonly en: string;
  /** It asks no running Hexiao, or says itself which: the options of a `Remote` are not its own. */
  readonly isLocal?: true;
  readonly verb: Verb;
}

const DEAD_LETTERS = `[--type T] [--integration I] [--app-key K]
    [--after INSTANT] [--before INSTANT]`;
const WINDOW = '--platform P --merchant ID\n    --from DAY --to DAY';

/** `npm run hexiao -- VERB`: what people run by hand. A test keeps `help` within one screen. */
export const VERBS: readonly Row[] = [
  {
    name: 'sandbox',
    calls: ['--key APP_KEY --secret CLIENT_SECRET\n    --webhook URL [--port 8788]'],
    zh: '在本机模拟抖音生活服务',
    en: 'plays Douyin on this machine',
    isLocal: true,
    verb: sandbox,
  },
  {
    name: 'simulate',
    calls: [
      `--token TOKEN [--integration NAME|all]
    [--url http://127.0.0.1:8787] [--rate 50] [--seconds 30] [--loss 5%]
    [--duplicate 10%] [--reorder] [--seed 1]`,
    ],
    zh: '沙箱平台下单核销并核对',
    en: 'plays platforms, compares the books',
    isLocal: true,
    verb: simulate,
  },
  {
    name: 'add-integration',
    calls: ['NAME --platform PLATFORM\n    [--with hints,till,player]'],
    zh: '新建一个平台接入的骨架',
    en: 'writes the skeleton of an integration',
    isLocal: true,
    verb: addIntegration,
  },
  {
    name: 'access',
    calls: [
      'tokens [--provider ID]',
      `tokens add --name NAME (--role R | --scope S…)
    [--provider ID] [--store P/ID]… [--expires-at INSTANT]`,
      'tokens revoke TOKEN_ID|bootstrap',
      'members [--provider ID]',
      `members add --name NAME --role R
    [--email MAIL] [--provider ID] [--store P/ID]…`,
      `members change MEMBER_ID [--name NAME]
    [--role R] [--email MAIL] [--store P/ID]…`,
      'members remove MEMBER_ID',
      `members token MEMBER_ID
    [--expires-at INSTANT]`,
      'identity show MEMBER_ID [--minutes N]',
      'identity revoke CODE_ID',
      'identity photo MEMBER_ID FILE',
      'operators [add --name NAME [--email MAIL]]',
      'providers [--archived]',
      'merchants --platform P [--archived]',
      'stores --platform P --merchant ID [--archived]',
      'providers change ID [--name NAME] [--kind K]',
      'merchants change P/ID --name NAME',
      'stores change P/ID [--name NAME] [--city C]',
      'providers archive|restore ID',
      'merchants|stores archive|restore P/ID',
      'channels INTEGRATION/KEY [set WORD=CHANNEL…]',
      `products [--platform P] [--category C]
    [--supply S]`,
      `products set P/ID [--name NAME] [--category C]
    [--supply S]`,
      `audit [--from DAY] [--to DAY] [--actor A]
    [--subject S] [--provider ID]`,
    ],
    zh: '令牌、成员、登记与操作记录',
    en: 'tokens, members, registry, trail',
    verb: access,
  },
  {
    name: 'contracts',
    calls: [
      'list [--platform P --merchant ID]\n    [--provider ID] [--history]',
      'add NAME=VALUE… [--dry-run]',
      'end CONTRACT_ID --ends-at INSTANT [--dry-run]',
      'import FILE.csv [--dry-run]',
    ],
    zh: '列出、增减、导入合同',
    en: 'lists, adds, ends, imports contracts',
    verb: contracts,
  },
  {
    name: 'disputes',
    calls: [
      'NAME=VALUE…',
      'get DISPUTE_ID',
      `raise --platform P --voucher ID --reason WHY
    [--contract ID] [--provider ID]`,
      'accept|refuse DISPUTE_ID --reason WHY [--contract ID]',
    ],
    zh: '归因争议：提出与答复',
    en: 'claims a redemption; answers',
    verb: disputes,
  },
  {
    name: 'entries',
    calls: ['NAME=VALUE…'],
    zh: '查询分录',
    en: 'lists entries of the ledger',
    verb: entries,
  },
  {
    name: 'explanation',
    calls: ['ENTRY_ID'],
    zh: '这笔分录为什么是这样',
    en: 'says why an entry is what it is',
    verb: explanation,
  },
  {
    name: 'restate',
    calls: [`${WINDOW} --reason WHY [--dry-run] [--no-wait]`, 'status|cancel ID'],
    zh: '重新归因一个时间窗口',
    en: 'attributes a window again',
    verb: restate,
  },
  {
    name: 'rebuild',
    calls: [`${WINDOW} [--mend] [--no-wait]`, 'status ID'],
    zh: '重算分录与合计并核对',
    en: 'computes totals again and compares',
    verb: rebuild,
  },
  {
    name: 'reconcile',
    calls: [
      `--integration NAME --app KEY --from DAY --to DAY
    [--store ID]… [--no-wait]`,
      'status|wait|cancel ID',
    ],
    zh: '与平台记录对账并补齐',
    en: 'takes in what no webhook brought',
    verb: reconcile,
  },
  {
    name: 'completeness',
    calls: ['NAME=VALUE… [--all]', 'losses NAME=VALUE…'],
    zh: '哪些营业日已与平台一致',
    en: 'lists which days are complete',
    verb: completeness,
  },
  {
    name: 'differences',
    calls: ['NAME=VALUE… [--all]', 'accept ID --reason WHY'],
    zh: '与平台不一致之处',
    en: 'lists what a platform has otherwise',
    verb: differences,
  },
  {
    name: 'statements',
    calls: [
      'list [--provider ID] [--month YYYY-MM]',
      'get ID [--csv|--html|--proof]',
      'file ID --to FILE [--format xlsx|csv]',
      'close YYYY-MM',
      'send|confirm ID',
      'dispute ID --entry ENTRY_ID --reason WHY',
      'answer ID DISPUTE_ID --accept|--refuse\n    --reason WHY',
      'invoice ID --number N --date DAY --fen FEN',
      'pay ID --reference R --date DAY --fen FEN',
    ],
    zh: '结算单：关账至付款',
    en: 'statements: closes, settles, pays',
    verb: statements,
  },
  {
    name: 'import',
    calls: [
      `FILE --profile NAME [--from DAY --to DAY]
    [--provider ID] [--columns F=HEADING;…] [--dry-run]`,
      'list [--provider ID]',
      'get IMPORT_ID [--provider ID]',
    ],
    zh: '导入报表并与账本核对',
    en: 'compares a file with the books',
    verb: importFile,
  },
  {
    name: 'growth',
    calls: [
      'leads NAME=VALUE…',
      'leads get LEAD_ID',
      'leads add NAME=VALUE… [--provider ID]',
      'leads change LEAD_ID NAME=VALUE…',
      'leads import FILE [--dry-run]',
      'leads funnel [from=DAY] [to=DAY]',
      'ads accounts [--provider ID]',
      'ads map NETWORK/ACCOUNT_ID NAME=VALUE…',
      'ads import FILE network=NAME [--dry-run]',
      'ads spend [from=DAY] [to=DAY] [by=day]',
      'standing [PROGRAMME_ID] [--provider ID]',
      'programme PROGRAMME_ID FILE',
    ],
    zh: '线索、广告消耗与层级',
    en: 'leads, advertising, standing',
    verb: growth,
  },
  {
    name: 'redeem',
    calls: [
      `--integration NAME --app KEY --store ID
    (--code CODE | --qr DATA | --body JSON) [--count N] [--paid FEN]
    [--request ID]`,
    ],
    zh: '在平台核销，并记账',
    en: 'redeems at the platform, and books it',
    verb: redeem,
  },
  {
    name: 'reverse',
    calls: [
      `--integration NAME --app KEY --voucher ID
    [--redemption ID] [--body JSON] [--request ID]`,
    ],
    zh: '在平台撤销核销，并记账',
    en: 'reverses a redemption at the platform',
    verb: reverse,
  },
  {
    name: 'redrive',
    calls: [`intake|attribution [--list] [--dry-run]\n    ${DEAD_LETTERS}`],
    zh: '把死信送回原队列',
    en: 'sends dead letters back to a queue',
    verb: redrive,
  },
  {
    name: 'drop',
    calls: [
      `intake|attribution --reason WHY [--dry-run]\n    [--delivery ID] ${DEAD_LETTERS}`,
      '--list',
    ],
    zh: '放弃死信，并记录原因',
    en: 'drops dead letters, keeps the reason',
    verb: drop,
  },
  {
    name: 'replay',
    calls: [
      'parked|quarantined [--list] [--dry-run]\n    [--integration I] [--kind K]',
      'show DELIVERY_ID [--clear]',
      'DELIVERY_ID… [--dry-run]',
      '--integration I --app-key K --from INSTANT\n    --to INSTANT [--dry-run]',
    ],
    zh: '重新读取归档的推送',
    en: 'has archived deliveries read again',
    verb: replay,
  },
  {
    name: 'erase',
    calls: [
      `--platform P --reason WHY [--order ID]…
    [--voucher ID]… [--buyer ID|-] [--again]`,
      'receipt ID',
    ],
    zh: '抹去个人数据，给出回执',
    en: 'erases personal data, with a receipt',
    verb: erase,
  },
];
