/** What the sign-in page says of the organisation's own sign-in service. Each text says what to do. */
export const SIGN_IN_WORDS = {
  'oidc.button': { zh: '用企业账号登录', en: 'Sign in with your organisation' },
  'oidc.done': { zh: '已登录', en: 'You are signed in' },
  'oidc.goOn': { zh: '继续', en: 'Go on' },
  'oidc.elsewhere': {
    zh: '这次登录不是从这个浏览器开始的，或已超过十分钟。请重新点“用企业账号登录”。',
    en: 'This sign-in was not begun in this browser, or more than ten minutes ago. Begin it again.',
  },
  'oidc.denied': {
    zh: '企业登录服务没有放行。请在那里确认授权，或向管理员开通使用权限。',
    en: "Your organisation's sign-in service did not agree. Confirm it there, or ask its administrator for access.",
  },
  'oidc.expired': {
    zh: '登录码已过期或已用过。请重新点“用企业账号登录”。',
    en: 'The sign-in code is over, or was used before. Begin the sign-in again.',
  },
  'oidc.invalid': {
    zh: '企业登录服务的回答没有通过校验，没有登录。请重试；仍不行，请让运营方核对登录设置。',
    en: "What your organisation's sign-in service answered did not pass our checks, so nobody is signed in. Try again; if it goes on, have the operator check its settings.",
  },
  'oidc.down': {
    zh: '企业登录服务现在联系不上，没有登录。请稍后再试，或用令牌登录。',
    en: "Your organisation's sign-in service cannot be reached now, so nobody is signed in. Try again later, or use a token.",
  },
  'oidc.unverified': {
    zh: '企业账号的邮箱未经验证。请先在企业登录服务里验证邮箱，再登录。',
    en: 'The mail address of your account there is not verified. Verify it there, then sign in.',
  },
  'oidc.unknown': {
    zh: '没有成员使用这个邮箱。请让团队负责人把你加为成员，并填写这个邮箱。',
    en: 'No member has this mail address. Ask the owner of your team to add you with it.',
  },
  'oidc.removed': {
    zh: '这个成员已被移除。如需继续使用，请让团队负责人重新添加。',
    en: 'This member was removed. Ask the owner of your team to add you again.',
  },
  'oidc.several': {
    zh: '有多个成员使用这个邮箱，无法判断是谁。请让负责人改成各自的邮箱，或用令牌登录。',
    en: 'Several members have this mail address, so nobody can tell which you are. Ask an owner to give each their own, or use a token.',
  },
  'oidc.another': {
    zh: '这个成员已绑定另一个企业账号。请用原来的账号登录，或让负责人移除后重新添加。',
    en: 'This member belongs to another account there. Use that one, or ask an owner to remove the member and add you again.',
  },
} as const;
