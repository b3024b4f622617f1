// @ts-check
// What the page says, in both languages.

/** @type {Record<string, readonly [string, string]>} */
const WORDS = {
  title: ['月结单凭证', 'Proof of a statement'],
  intro: [
    '这个文件不用联网就能核对它里面的凭证：把每一行重新算一遍，再看整条哈希链和签名对不对。它不查自己这个页面：标题、样式、文字和程序若被人改过，连这句话都可能是改的。要放心，请把这个文件放进从别处得到的凭证页面里核对（见下方），或用别的核对程序，再把公钥与部署公布的对一下。',
    'This file checks the proof in it, offline: it computes every line again, then the whole chain of hashes and the signature. It does not look at its own page: who changed its title, style, words or program may have changed this sentence too. To be sure, load this file into the page of a proof that you got elsewhere (see below), or use another checker, and compare the public key with those that the deployment publishes.',
  ],
  checking: ['正在核对……', 'Checking …'],
  sound: ['全部对得上', 'Everything agrees'],
  soundMore: [
    '{lines} 行都与签名时一样；每行的分成、费率、取整和佣金，以及合计，都重新算过，全部一致。',
    'All {lines} lines are as they were signed. Share, rate, rounding and commission of each, and the totals, were computed again and agree.',
  ],
  soundLine: [
    '这一行在签了名的月结单里，是第 {row} 行，共 {lines} 行；金额重新算过，一致。',
    'This line is in the signed statement: number {row} of {lines}. Its money was computed again and agrees.',
  ],
  soundPage: [
    '凭证外面的这一页，每个字节也与签名时一样。',
    'The page around the proof is byte for byte as it was signed, too.',
  ],
  notPage: [
    '只核对了凭证，没有核对凭证外面的这一页。',
    'Only the proof was checked, and not the page around it.',
  ],
  twin: [
    '同一份结算单，签名的却不是本页的密钥',
    'The same statement is signed with another key than this page’s',
  ],
  stranger: ['签名的密钥，本页不认识', 'Signed with a key that this page does not know'],
  second: [
    '同一份结算单，同一把密钥，签的却是别的内容',
    'The same statement is signed with this page’s key, but says something else',
  ],
  keyUnknown: [
    '签名的密钥，本页不认识：请与 /v1/proof-keys 对一下。谁都能用自己的密钥签一份对得上的凭证。',
    'It is signed with a key that this page does not know: compare it with /v1/proof-keys. Anybody can sign a proof that agrees, with a key of their own.',
  ],
  failed: ['没能核对：{why}', 'It could not be checked: {why}'],
  changed: ['签名之后被改过', 'Changed after it was signed'],
  broken: ['对不上', 'It does not agree'],
  wrong: ['与签名时一样，但算下来不对', 'As it was signed, but it does not add up'],
  byte: [
    '{place}，字段 {field}：第 {at} 个字节原来是 {was}，现在是 {is}。',
    '{place}, field {field}: byte {at} was {was} and is {is}.',
  ],
  fields: ['{place}：改过的字段是 {field}。', '{place}: what was changed is {field}.'],
  part: ['{place}：整行与自己的校验码不符。', '{place}: it does not fit its own check.'],
  mended: [
    '把这个字节改回去，签名和整条链就都对得上。',
    'With this byte put back, the signature and the whole chain agree.',
  ],
  placeRow: ['分录 {entry}（第 {row} 行，{time}）', 'Entry {entry} (line {row}, {time})'],
  placePart: ['文件第 {line} 行（{word}）', 'Row {line} of the file ({word})'],
  placePage: ['页面本身', 'The page itself'],
  chain: ['哈希链断在这里：{link}', 'The chain breaks here: {link}'],
  'link.ends': ['文件的开头或结尾不完整', 'the beginning or the end of the file is missing'],
  'link.signature': ['签名', 'the signature'],
  'link.lines': ['行数（{detail}）', 'the number of lines ({detail})'],
  'link.root': ['各行合起来的根哈希与签名不符', 'the root of all lines is not the signed one'],
  'link.totals': ['合计与签名不符', 'the totals are not the signed ones'],
  'link.page': ['页面本身的字节', 'the bytes of the page itself'],
  rechecked: [
    '每一行都合乎自己的校验码，合起来却不是签名的那份：改动的人连校验码也改了，所以说不出是哪一行。',
    'Every line fits its own check, but together they are not what was signed: whoever changed it changed the checks too, so no line can be named.',
  ],
  fault: [
    '{place}，字段 {field}：应为 {expected}。',
    '{place}, field {field}: it should be {expected}.',
  ],
  faultTotal: ['合计 {field}：应为 {expected}。', 'Total {field}: it should be {expected}.'],
  statement: ['结算单', 'Statement'],
  asOf: ['关账时点', 'Final as of'],
  closedAt: ['关账完成', 'Closed at'],
  lines: ['行数', 'Lines'],
  redeemed: ['核销 GMV', 'Redeemed GMV'],
  commission: ['佣金', 'Commission'],
  opening: ['上期结转', 'Carried over'],
  payable: ['应结', 'Payable'],
  carried: ['结转下期', 'Carried on'],
  key: ['签名的公钥', 'Public key of the signature'],
  keyMore: [
    '与部署公布的公钥（/v1/proof-keys）对一下：同一把，才是它签的。',
    'Compare it with what the deployment publishes at /v1/proof-keys: only if it is one of those did they sign it.',
  ],
  find: ['找一行：分录编号、门店、日期', 'Find a line: entry id, store, day'],
  shown: ['{shown} / {all} 行', '{shown} of {all} lines'],
  time: ['时间', 'Time'],
  kind: ['类型', 'Kind'],
  store: ['门店', 'Store'],
  how: ['怎么算的', 'How it came about'],
  take: ['下载这一行的凭证', 'Get the proof of this line'],
  'kind.payment': ['支付', 'Payment'],
  'kind.unused_refund': ['未核销退款', 'Refund before use'],
  'kind.redemption': ['核销', 'Redemption'],
  'kind.reversal': ['撤销核销', 'Reversal'],
  'kind.refund': ['核销后退款', 'Refund after use'],
  'kind.supersession': ['更正', 'Correction'],
  'kind.tier': ['阶梯结算', 'Tiers'],
  howOwn: [
    '基数 {basis} × 分成 {share} = {amount}；× 费率 {rate} = 佣金 {commission}',
    'Basis {basis} × share {share} = {amount}; × rate {rate} = commission {commission}',
  ],
  howPaid: [
    '基数 {basis} × 分成 {share} = {amount}；支付不计佣金',
    'Basis {basis} × share {share} = {amount}; a payment earns nothing',
  ],
  howBack: [
    '冲减 {entry}：{amount}，佣金 {commission}',
    'Takes back {entry}: {amount}, commission {commission}',
  ],
  howBackElsewhere: [
    '冲减 {entry}（在更早的结算单里）：{amount}，佣金 {commission}',
    'Takes back {entry} (of an earlier statement): {amount}, commission {commission}',
  ],
  howTier: [
    '按阶梯补差：佣金 {commission}',
    'What tiers earn beside what was booked: {commission}',
  ],
  other: ['核对别的文件', 'Check another file'],
  otherMore: [
    '把另一个凭证文件、或邮件里的一行凭证放在这里：拿一份没改过的页面去核对可疑的那份，最可靠。',
    'Give it another proof, or the proof of one line from a mail. To check a file that you doubt, use a page that you trust.',
  ],
  choose: ['选择文件', 'Choose a file'],
  paste: ['或粘贴一行凭证', 'or paste the proof of a line'],
  check: ['核对', 'Check'],
  no: ['这不是月结单凭证。', 'This is no proof of a statement.'],
  same: ['各行与合计都与本页的相同。', 'Its lines and totals are those of this page.'],
  differs: ['各行或合计与本页的不同。', 'Its lines or totals are not those of this page.'],
  tongue: ['English', '中文'],
};

/** 0 for Chinese, 1 for English. */
export const reader = { tongue: navigator.language.startsWith('zh') ? 0 : 1 };

/** @param {string} word @param {Record<string, string | number | null | undefined>} [values] */
export function say(word, values = {}) {
  const text = WORDS[word]?.[reader.tongue] ?? word;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** @param {number} fen */
export function yuan(fen) {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${fen < 0 ? '−' : ''}${whole}.${digits.slice(-2)}`;
}

/** @param {number} bp 1/10000 */
export function percent(bp) {
  return `${bp / 100}%`;
}

/** A byte for people. @param {string} byte */
export function shownByte(byte) {
  const code = byte.charCodeAt(0);
  const hex = `0x${(code & 255).toString(16).padStart(2, '0')}`;
  return code > 32 && code < 127 ? `${byte} (${hex})` : hex;
}
