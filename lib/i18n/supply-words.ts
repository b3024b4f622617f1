/** What the pages of channels, supply, advertising and creators' tasks say. */
export const SUPPLY_WORDS = {
  'channels.map': { zh: '渠道对照', en: 'Channel map' },
  'channels.note': {
    zh: '平台的说法对应哪个渠道；从现在起记录的按这里算，以前的不变，要改用重新归因。',
    en: 'Which channel the platform means by a word. It holds for what is recorded from now on; a restatement applies it to the past.',
  },
  'channels.words': { zh: '平台的说法', en: 'Words of the platform' },
  'channels.words.note': {
    zh: '收到过的，和对照里有的',
    en: 'those that came, and those in the map',
  },
  'channels.word': { zh: '说法', en: 'Word' },
  'channels.read': { zh: '不对照时读作', en: 'Read as, without a map' },
  'channels.since': { zh: '最早收到', en: 'Came first' },
  'channels.mapped': { zh: '按对照', en: 'by the map' },
  'channels.as-read': { zh: '不对照', en: 'as it is read' },
  'channels.change': { zh: '改', en: 'Change' },
  'channels.save': { zh: '保存', en: 'Save' },
  'channels.none': {
    zh: '还没收到过带渠道说法的订单。收到后会列在这里，也可以先写好。',
    en: 'No sale with a word for its channel has come yet. They are listed here then; one may also be written down before.',
  },
  'channels.versions': { zh: '改动', en: 'Changes' },
  'channels.versions.note': { zh: '最近的在上面', en: 'the newest first' },
  'channels.version': { zh: '版本', en: 'Version' },
  'channels.by': { zh: '谁', en: 'Who' },
  'done.mapped': {
    zh: '已保存，几秒后对新记录生效。',
    en: 'Saved. It holds for what is recorded some seconds from now on.',
  },
} as const;
