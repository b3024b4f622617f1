import type { Plant } from '../plant.ts';

const NOBODY = 'nobody attacks it';

/** What lets somebody in, or something out. */
export const DOORS: readonly Plant[] = [
  {
    name: 'signatures-compared-by-equals',
    what: 'A signature is compared by `===`, whose time shows how much of it was right',
    file: 'lib/integrations/kit/signature.ts',
    find: 'fitsAny(live, (secret) => sameText(given, sign(secret)))',
    put: 'fitsAny(live, (secret) => given === sign(secret))',
    outside: NOBODY,
    suite: ['test/integrations/constant-time.test.ts'],
  },
  {
    name: 'unsigned-is-taken',
    what: 'A request without any signature header is taken for signed',
    file: 'lib/integrations/douyin-life/verify.ts',
    find: 'return checks.length > 0 && !checks.includes(false);',
    put: 'return !checks.includes(false);',
    outside: NOBODY,
    suite: ['test/integrations/douyin-life/verify.test.ts'],
  },
  {
    name: 'redaction-unwired',
    what: 'Lines are logged as they are',
    file: 'lib/log/log.ts',
    find: '...redact(fields), ...counted',
    put: '...fields, ...counted',
    outside: 'its workers log nothing',
    suite: ['test/lib/log.test.ts'],
  },
  {
    name: 'tenant-from-query',
    what: 'A provider reads whom it names in the query',
    file: 'functions/api/principal.ts',
    find: '    requireOwn(principal.providerId, named);\n    return principal.providerId;',
    put: '    return named ?? principal.providerId;',
    suite: ['test/functions/api/tenants.test.ts'],
  },
  {
    name: 'till-lease-unchecked',
    what: 'A press of a request goes to the platform while another press is there',
    file: 'lib/store/deliveries/till-requests.ts',
    find: '    if (heldUntilMs > nowMs) return by === this.me;',
    put: '    if (heldUntilMs > nowMs && by === this.me) return true;',
    suite: ['test/functions/api/till/races.test.ts'],
  },
  {
    name: 'ids-reach-keys-as-they-are',
    what: 'A `#` in an id leads to another partition',
    file: 'lib/store/keys/spelling.ts',
    find: "return id.replace(/[%#\\p{Cc}]/gu, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);",
    put: 'return id;',
    outside: 'the sandboxes’ ids have no such sign',
    suite: ['test/lib/keys.test.ts'],
  },
];
