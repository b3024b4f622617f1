/** What is said of who shows a code, to them and to whoever looks at it. */
export const IDENTITY_WORDS = {
  identity: { zh: '身份验真码', en: 'Identity code' },
  'identity.note': {
    zh: '给商家看的短时二维码：你是谁、属于哪家服务商、能做什么、到几点为止',
    en: 'A QR for merchants, for a short while: who you are, of which provider, for what, until when',
  },
  'identity.show': { zh: '出示', en: 'Show' },
  'identity.show.note': {
    zh: '每次出示都是新码；没有列表，也不记录谁看过',
    en: 'each time a new one; nothing lists them, and nobody notes who looked',
  },
  'identity.member': { zh: '成员', en: 'Member' },
  'identity.minutes': { zh: '有效分钟', en: 'Minutes' },
  'identity.nobody': {
    zh: '这个令牌不属于某位成员，没有身份可出示；请用成员自己的令牌登录。',
    en: "This token is no member's, so there is nobody to show. Sign in with a member's own.",
  },
  'identity.scan': { zh: '请对方扫这个码。', en: 'Let them scan this.' },
  'identity.qr': { zh: '身份验真二维码', en: 'QR of the identity code' },
  'identity.link': { zh: '扫不了？打开链接', en: 'It cannot be scanned? The link' },
  'identity.revoke': { zh: '立即作废', en: 'Take it back now' },
  'identity.photo': { zh: '照片', en: 'Photo' },
  'identity.photo.note': {
    zh: '只留照片的 SHA-256，不留照片本身；对方可拿工牌照片核对',
    en: "only its SHA-256 is kept, not the photo; a badge's file can be compared with it",
  },
  'identity.photo.file': { zh: 'JPEG 或 PNG', en: 'JPEG or PNG' },
  'identity.photo.set': { zh: '登记照片', en: 'Register the photo' },
  'identity.photo.none': { zh: '未登记照片', en: 'no photo is registered' },
  'identity.photo.hash': { zh: '照片 SHA-256', en: 'Photo, SHA-256' },
  'identity.valid': { zh: '身份属实', en: 'This is genuine' },
  'identity.invalid': { zh: '身份不实', en: 'This shows nobody' },
  'identity.who': { zh: '姓名', en: 'Name' },
  'identity.provider': { zh: '服务商', en: 'Provider' },
  'identity.may': { zh: '授权范围', en: 'Authorised for' },
  'identity.until': { zh: '有效至', en: 'Valid until' },
  'identity.stores': { zh: '门店', en: 'Stores' },
  'identity.look': {
    zh: '请核对本页网址与眼前的人；过了时间请对方重新出示。',
    en: "Compare this page's address, and the person before you. After its time, ask for a new one.",
  },
  'identity.why.forged': {
    zh: '这个码不是本系统签发的，或不完整。请勿相信出示者。',
    en: 'It was not made here, or it is not whole. Do not trust whoever shows it.',
  },
  'identity.why.over': {
    zh: '这个码已过期。请对方重新出示。',
    en: 'It is over. Ask for a new one.',
  },
  'identity.why.revoked': {
    zh: '这个码已作废，或出示者已不属于该服务商。请勿相信出示者。',
    en: 'It was taken back, or they work for this provider no more. Do not trust whoever shows it.',
  },
  'identity.may.operator': { zh: '运营本系统', en: 'running this system' },
  'identity.may.owner': {
    zh: '负责人：管理该服务商的成员、合同与结算',
    en: "in charge: the provider's people, contracts and statements",
  },
  'identity.may.finance': {
    zh: '财务：核对与确认结算单、发票',
    en: 'finance: checks and confirms statements and invoices',
  },
  'identity.may.operations': {
    zh: '运营：对接商家与门店、跟进线索、核销',
    en: 'operations: looks after merchants, stores and leads, and redeems',
  },
  'identity.may.viewer': {
    zh: '只看数据，不能签约、改动或收款',
    en: 'looks at figures; signs, changes and collects nothing',
  },
  'identity.may.clerk': {
    zh: '店员：在所列门店核销',
    en: 'a clerk: redeems at the named stores',
  },
  'done.identity-revoked': { zh: '已作废。', en: 'It is taken back.' },
  'done.photo-set': { zh: '照片已登记。', en: 'The photo is registered.' },
  'problem.identity-code-invalid': { zh: '身份不实。', en: 'This shows nobody.' },
} as const;
