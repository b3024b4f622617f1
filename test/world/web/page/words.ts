export type Language = 'zh' | 'en';

type Words = Readonly<Record<string, readonly [zh: string, en: string]>>;

const WORDS = {
  title: ['一座会出错的城市', 'A city where things go wrong'],
  lead: [
    '顾客在平台买券，到店核销；平台用推送告诉核销系统。推送会丢、会重、会迟到，而账必须分文不差。下面运行的是真实代码，时间是模拟的。',
    'People buy vouchers on platforms and redeem them in stores; each platform tells Hexiao by webhook. Webhooks get lost, doubled and late, and the books must still be right to the fen. This is the real code, in simulated time.',
  ],
  play: ['播放', 'Play'],
  pause: ['暂停', 'Pause'],
  again: ['重播', 'Replay'],
  speed: ['速度', 'Speed'],
  seed: ['种子', 'Seed'],
  go: ['运行', 'Run'],
  nextSeed: ['下一个种子', 'Next seed'],
  position: ['播放位置', 'Position'],
  truth: ['平台的真相', "The platforms' truth"],
  road: ['推送路上', 'Webhooks'],
  queue: ['队列', 'Queues'],
  ledger: ['账本', 'Ledger'],
  totals: ['汇总', 'Totals'],
  yuan: ['元', 'CNY'],
  paid: ['支付', 'Paid'],
  paidGmv: ['支付 GMV', 'Paid GMV'],
  redeemed: ['核销', 'Redeemed'],
  redeemedGmv: ['核销 GMV', 'Redeemed GMV'],
  requests: ['次', 'sent'],
  entries: ['笔', 'entries'],
  messages: ['条', 'messages'],
  lost: ['丢失', 'lost'],
  doubled: ['重复', 'doubled'],
  late: ['迟到', 'late'],
  dead: ['死信', 'dead'],
  toRead: ['待解析', 'to read'],
  toBook: ['待入账', 'to book'],
  behind: ['还差', 'Behind by'],
  equal: ['与真相相等', 'Equal to the truth'],
  roads: ['从平台到核销系统', 'From the platforms to Hexiao'],
  hub: ['核销系统', 'Hexiao'],
  received: ['送达', 'received'],
  stores: ['城里的门店', "The city's stores"],
  storesNote: ['已入账的核销 GMV（元）', 'Redeemed GMV booked (CNY)'],
  events: ['刚刚发生', 'What just happened'],
  running: ['正在运行这个种子……', 'Running this seed…'],
  failed: ['这个种子没有跑完', 'This seed did not finish'],
  right: ['账与平台的真相相等', "The books equal the platforms' truth"],
  wrong: ['账与平台的真相不相等', "The books differ from the platforms' truth"],
  none: ['0 笔遗漏，0 笔多记，相差 0.00 元。', '0 missing, 0 extra, off by CNY 0.00.'],
  hash: ['账本指纹', 'Ledger hash'],
  same: ['同一个种子在 Node 里得到同一个指纹：', 'The same seed has the same hash in Node:'],
  later: ['放到最后，这里给出结论。', 'The verdict stands here once the seed has been played.'],
  weather: ['这个种子里会出的错', 'What goes wrong in this seed'],
  calm: ['什么都不出错', 'nothing'],
  theme: ['明暗', 'Theme'],
  sell: ['售出一单', 'a sale'],
  redeem: ['核销一张券', 'a redemption'],
  reverse: ['撤销一次核销', 'a reversal'],
  refund: ['退款', 'a refund'],
  office: ['运营方', 'Operator'],
  'sign a contract': ['补签一份合同', 'signs a contract'],
  'end a contract': ['终止一份合同', 'ends a contract'],
  'change the policy': ['改了归属规则', 'changes the policy'],
  restate: ['重算一段时间的归属', 'restates a window'],
  'close a month': ['关账一个月', 'closes a month'],
  replay: ['重读存档的推送', 'reads archived webhooks again'],
  erase: ['删除一位买家的个人信息', "erases a buyer's personal data"],
  isLost: ['推送丢失，平台会重发', 'webhook lost; the platform will send it again'],
  answerLost: [
    '收到了，但回执丢失，平台会重发',
    'received, but the answer was lost; it will be sent again',
  ],
  isDouble: ['同一推送又来一次，只记一次', 'the same webhook again: it is counted once'],
  payment: ['入账：支付', 'booked: payment'],
  redemption: ['入账：核销', 'booked: redemption'],
  reversal: ['红冲：撤销核销', 'booked: reversal'],
  used_refund: ['红冲：核销后退款', 'booked: refund after use'],
  unused_refund: ['红冲：未核销退款', 'booked: refund before use'],
  supersession: ['更正', 'booked: correction'],
  tier: ['阶梯佣金', 'booked: tier'],
  'douyin-life': ['抖音生活服务', 'Douyin Life'],
  'douyin-miniapp': ['抖音小程序', 'Douyin mini-program'],
  'kuaishou-life': ['快手生活服务', 'Kuaishou Life'],
  'kuaishou-miniapp': ['快手小程序', 'Kuaishou mini-program'],
  'kuaishou-shop': ['快手小店', 'Kuaishou Shop'],
  meituan: ['美团', 'Meituan'],
  'a worker dies before a call': ['进程在写之前死掉', 'a worker dies before a call'],
  'a worker dies after a call': ['进程在写之后死掉', 'a worker dies after a call'],
  'a call is refused': ['调用被拒', 'a call is refused'],
  'an answer is lost': ['写成了但没有回音', 'an answer is lost'],
  'a weak read is stale': ['读到旧数据', 'a read is stale'],
  'a batch is small': ['批次被切碎', 'batches are small'],
  'a message is handed out twice': ['消息被派发两次', 'a message is handed out twice'],
  'a message stays though done': ['处理完的消息没删掉', 'a message stays though done'],
  'an entry of a batch is refused': ['批量发送部分失败', 'part of a batch is refused'],
  'a request is lost on its way': ['推送丢失', 'webhooks are lost'],
  'an acknowledgement is lost': ['回执丢失', 'answers are lost'],
  'a request comes twice': ['推送重复', 'webhooks come twice'],
  'a request comes fifty times': ['推送重复五十次', 'webhooks come fifty times'],
  'a request is overtaken': ['推送乱序', 'webhooks are overtaken'],
  'a request is late by days': ['推送迟到数日', 'webhooks are days late'],
  'a request is late by months': ['推送迟到数月', 'webhooks are months late'],
  'a clock is wrong': ['时钟不准', 'clocks are wrong'],
  'a platform misbehaves': ['平台接口不按文档来', 'a platform misbehaves'],
  'a message is none of ours': ['队列里有毒消息', 'queues hold foreign messages'],
} as const satisfies Words;

const isWord = (key: string): key is keyof typeof WORDS => Object.hasOwn(WORDS, key);

/** A word in the page's language; what it does not know it gives back. */
export function say(language: Language, key: string): string {
  return isWord(key) ? WORDS[key][language === 'zh' ? 0 : 1] : key;
}

/** With thousands and a minus that is one. */
export function yuan(fen: number): string {
  const text = new Intl.NumberFormat('en', { minimumFractionDigits: 2 }).format(fen / 100);
  return text.replace('-', '−');
}

/** In Shanghai: month, day and time. */
export function moment(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(5, 19).replace('T', ' ');
}
