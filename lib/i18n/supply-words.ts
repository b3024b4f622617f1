/** What the pages of channels, supply, advertising and creators' tasks say. */
export const SUPPLY_WORDS = {
  catalogue: { zh: '商品目录', en: 'Catalogue' },
  'catalogue.note': {
    zh: '卖出过的商品；同一道菜在几个平台有几个号，写成同一个供给，就能合在一起看。',
    en: 'What was sold. One dish has an id at each platform: with one supply, they are seen together.',
  },
  'catalogue.none': { zh: '没有这样的商品。', en: 'There is no such product.' },
  'catalogue.name': { zh: '名称（留空用平台的）', en: "Name (empty: the platform's)" },
  'catalogue.platform-name': { zh: '平台上的名称', en: 'Name at the platform' },
  'catalogue.seen': { zh: '最早卖出', en: 'Sold first' },
  'catalogue.say': { zh: '写名称与归类', en: 'Name and group' },
  'catalogue.another': { zh: '还没卖出过的商品', en: 'A product that was not sold yet' },
  'catalogue.id': { zh: '商品号', en: 'Product id' },
  'done.catalogued': {
    zh: '已保存，五分钟内在各页生效，过去的日子也一样。',
    en: 'Saved. Pages show it within five minutes, of the past too.',
  },
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
