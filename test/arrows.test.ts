import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PLATFORMS } from '../lib/events/event.ts';

/**
 * The arrows between the rooms, read from the import statements of every source file. `ROOMS` below is
 * the one table of who may import whom.
 */

interface Import {
  /** As written, or for a file of ours its path from the root. */
  readonly target: string;
  readonly isTypeOnly: boolean;
  readonly isOurs: boolean;
}

interface Source {
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const ROOT = new URL('../', import.meta.url);

const sources = globSync('{lib,functions,infra}/**/*.ts', { cwd: ROOT })
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .map((path) => sourceOf(path, readFileSync(new URL(path, ROOT), 'utf8')));

function sourceOf(path: string, text: string): Source {
  // A comment is told from an address or a glob in a string by what stands before it.
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(,])\/\/.*$/gm, '$1');
  const statement = /^\s*(?:import|export)\b([^'"`;]*?\bfrom\s*)?\s*['"]([^'"]+)['"]/gm;
  const dynamic = /\bimport\s*\(\s*(['"`])([^'"`]+)\1/g;
  const required = /\b(?:require|createRequire\([^)]*\))\s*\(\s*(['"`])([^'"`]+)\1/g;
  const found = [
    ...[...code.matchAll(statement)].map(([, clause = '', target = '']) => ({
      target,
      isTypeOnly: /^\s*type\b/.test(clause),
    })),
    ...[...code.matchAll(dynamic), ...code.matchAll(required)].map(([, , target = '']) => ({
      target,
      isTypeOnly: false,
    })),
  ];
  const imports = found.map(({ target, isTypeOnly }) => {
    const isOurs = target.startsWith('.');
    const resolved = isOurs ? posix.join(posix.dirname(path), target) : target;
    return { target: resolved, isTypeOnly, isOurs };
  });
  return { path, code, imports };
}

/** What a rule has against a file: the imports or words that break it. */
type Rule = (source: Source) => string[];

const isIn = (path: string, ...rooms: string[]) =>
  rooms.some((room) => path.startsWith(`${room}/`));

const targets = (source: Source, isBad: (one: Import) => boolean): string[] =>
  source.imports.filter(isBad).map((one) => one.target);

const words = (source: Source, ...patterns: RegExp[]): string[] =>
  patterns.flatMap((pattern) => source.code.match(pattern) ?? []);

/** `lib/integrations/<name>/…` → name; undefined for what all integrations share. */
const integrationOf = (path: string): string | undefined =>
  /^lib\/integrations\/(?!kit\/|sandbox-kit\/)([^/]+)\//.exec(path)?.[1];

/** Stand on nothing: every room may import them, if it is not pure. */
const LEAVES = ['async', 'crypto', 'environment', 'errors', 'i18n', 'json', 'log', 'versions'].map(
  (name) => `lib/${name}`,
);
const VOCABULARY = ['lib/events', 'lib/money', 'lib/time'];
const PURE = ['lib/ledger', 'lib/attribution', 'lib/access'];
const BELOW_STORE = [
  ...[
    ...LEAVES,
    ...VOCABULARY,
    'lib/http',
    'lib/identity',
    'lib/proof',
    'lib/queue',
    'lib/integrations/kit',
  ],
];
const STORE = [...BELOW_STORE, ...PURE, 'lib/secrets', 'lib/store'];
/** Each does one thing with what the store keeps. */
const ABOVE_STORE = [
  ...[
    'lib/notices',
    'lib/rollups',
    'lib/booking',
    'lib/statements',
    'lib/callbacks',
    'lib/reconciliation',
  ],
  'lib/exports',
];
const FUNCTION = [
  ...STORE,
  ...ABOVE_STORE,
  'lib/mask',
  'lib/xlsx',
  'lib/imports',
  'lib/integrations',
];

/**
 * What each room may import beside itself. A room may only name rooms that stand before it, so no arrow
 * points upward. A new room needs a row here; `infra` is on top and may import every room.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries([...LEAVES, ...VOCABULARY].map((leaf) => [leaf, []])),
  'lib/http': LEAVES,
  'lib/mask': ['lib/json'],
  'lib/queue': [...LEAVES, ...VOCABULARY],
  'lib/ledger': VOCABULARY,
  'lib/attribution': [...VOCABULARY, 'lib/ledger'],
  'lib/access': VOCABULARY,
  'lib/proof': [...VOCABULARY, 'lib/ledger', 'lib/attribution'],
  'lib/identity': ['lib/proof'],
  'lib/xlsx': ['lib/ledger', 'lib/money'],
  // Pure: what a file says, and what of our books it does not agree with.
  'lib/imports': [...VOCABULARY, ...PURE, 'lib/xlsx'],
  // What platforms need of us, and we of them; it keeps nothing.
  'lib/integrations/kit': [...LEAVES, ...VOCABULARY, 'lib/http'],
  'lib/integrations/sandbox-kit': [...LEAVES, ...VOCABULARY, 'lib/http', 'lib/integrations/kit'],
  'lib/integrations/<name>': [
    ...[...LEAVES, ...VOCABULARY, 'lib/http'],
    ...['lib/integrations/kit', 'lib/integrations/sandbox-kit'],
  ],
  // The lists of all integrations.
  'lib/integrations': [
    ...['lib/integrations/kit', 'lib/integrations/sandbox-kit', 'lib/integrations/<name>'],
  ],
  'lib/secrets': [...LEAVES, 'lib/proof', 'lib/integrations/kit'],
  // Only keeps: what decides stands above it.
  'lib/store': [...BELOW_STORE.filter((room) => room !== 'lib/queue'), ...PURE, 'lib/secrets'],
  // How a provider is told of its facts.
  'lib/notices': STORE,
  'lib/rollups': STORE,
  'lib/booking': [...STORE, 'lib/rollups'],
  'lib/statements': [...STORE, 'lib/rollups'],
  'lib/exports': [...STORE, 'lib/rollups', 'lib/statements', 'lib/xlsx'],
  'lib/callbacks': STORE,
  'lib/reconciliation': STORE,
  'lib/cli': [
    ...[...LEAVES, ...VOCABULARY, 'lib/http', 'lib/attribution', 'lib/integrations/kit'],
    ...['lib/integrations/sandbox-kit', 'lib/integrations/<name>', 'lib/integrations'],
  ],
  'functions/ingest': FUNCTION,
  'functions/normalize': FUNCTION,
  'functions/attribute': FUNCTION,
  'functions/notify': FUNCTION,
  'functions/reconcile': FUNCTION,
  'functions/api': FUNCTION,
};

/** The room a file stands in. */
function roomOf(path: string): string {
  if (integrationOf(path) !== undefined) return 'lib/integrations/<name>';
  const [top = '', room = '', inner = '', ...deeper] = path.split('/');
  const isInner = room === 'integrations' && deeper.length > 0;
  return isInner ? `${top}/${room}/${inner}` : `${top}/${room}`;
}

const NAMED = `['"\`](?:${PLATFORMS.join('|')})(?:-[a-z]+)*['"\`]`;

const RULES: Readonly<Record<string, Rule>> = {
  'a room imports only what its row of the table names': (source) => {
    if (isIn(source.path, 'infra')) return [];
    const room = roomOf(source.path);
    const row = ROOMS[room];
    if (row === undefined) return [`no row for ${room}`];
    return targets(
      source,
      ({ target, isOurs }) => isOurs && roomOf(target) !== room && !row.includes(roomOf(target)),
    );
  },

  'access, attribution and ledger are pure: no package but the schemas, no clock, no randomness': (
    source,
  ) =>
    isIn(source.path, ...PURE)
      ? [
          ...targets(source, ({ target, isOurs }) => !isOurs && target !== 'zod'),
          ...words(
            source,
            /\bDate\.now\b/g,
            /\bnew Date\(\s*\)/g,
            /\bMath\.random\b/g,
            /\bperformance\b/g,
            /\brandomUUID\b/g,
            /\bprocess\./g,
            /\bfetch\(/g,
          ),
        ]
      : [],

  'events, money, time and json use no package but the schemas': (source) =>
    isIn(source.path, ...VOCABULARY, 'lib/json')
      ? targets(source, ({ target, isOurs }) => !isOurs && target !== 'zod')
      : [],

  'nothing that is deployed imports the words about the API': (source) =>
    isIn(source.path, 'functions/api/documented', 'infra/openapi')
      ? []
      : targets(source, ({ target }) => target.startsWith('functions/api/documented/')),

  'one integration never imports another': (source) => {
    const own = integrationOf(source.path);
    if (own === undefined) return [];
    return targets(source, ({ target }) => {
      const other = integrationOf(target);
      return (other !== undefined && other !== own) || target === 'lib/integrations/registry.ts';
    });
  },

  'only the registry imports an integration': (source) =>
    isIn(source.path, 'lib/integrations', 'infra/local', 'lib/cli') &&
    !isIn(source.path, 'lib/integrations/kit', 'lib/integrations/sandbox-kit')
      ? []
      : targets(source, ({ target }) => integrationOf(target) !== undefined),

  'nothing outside the integrations decides by a platform’s name': (source) =>
    isIn(source.path, 'lib/integrations', 'infra/local/demo')
      ? []
      : words(
          source,
          new RegExp(`[!=]==?\\s*${NAMED}`, 'g'),
          new RegExp(`${NAMED}\\s*[!=]==?`, 'g'),
          new RegExp(`\\bcase\\s+${NAMED}`, 'g'),
          new RegExp(`\\.(?:startsWith|endsWith|includes|indexOf|has|get)\\(\\s*${NAMED}`, 'g'),
        ),

  'only the store and the infrastructure know the database’s client': (source) =>
    isIn(source.path, 'lib/store', 'infra')
      ? []
      : targets(source, ({ target }) => /^@aws-sdk\/(client|util|lib)-dynamodb/.test(target)),

  'only the queue and the infrastructure know the queue’s client': (source) =>
    isIn(source.path, 'lib/queue', 'infra')
      ? []
      : targets(
          source,
          ({ target, isTypeOnly }) =>
            target === '@aws-sdk/client-sqs' &&
            !(isTypeOnly && source.path === 'functions/api/deps.ts'),
        ),

  'only one place calls a platform, one an endpoint, and only one opens connections': (source) => {
    const isCaller = ['lib/integrations/kit/http.ts', 'lib/notices/send.ts'].includes(source.path);
    const isElsewhere = /\/sandbox(?:-\w+)?(?:\/|\.ts$)/.test(source.path);
    if (!isIn(source.path, 'lib', 'functions') || isIn(source.path, 'lib/cli') || isElsewhere) {
      return [];
    }
    const wires =
      /^(?:node:)?(?:http|https|http2|net|tls|dgram)$|^(?:undici|axios|got|node-fetch)$/;
    const opens = isIn(source.path, 'lib/http')
      ? []
      : targets(source, ({ target }) => wires.test(target));
    // What it is handed by whoever wires it has this type; whatever else says the word uses it.
    const code = source.code.replaceAll('fetch: typeof globalThis.fetch', '');
    const calls = /(?<!['"`])\bfetch\b(?!['"`])/g;
    const inRoom = isIn(source.path, 'lib/integrations') && !isCaller;
    const anywhere = /\bglobalThis\s*[.[]\s*['"`]?fetch\b|\bawait fetch\(/g;
    return [...opens, ...(isCaller ? [] : (code.match(inRoom ? calls : anywhere) ?? []))];
  },

  'what is deployed computes no import, which nobody could follow': (source) =>
    isIn(source.path, 'lib', 'functions')
      ? [
          ...targets(source, ({ target }) => target.includes('${')),
          ...words(source, /\bimport\s*\(\s*[^'"`\s)][^)]*\)/g),
        ]
      : [],

  'nothing imports a test': (source) =>
    targets(source, ({ target, isOurs }) => isOurs && isIn(target, 'test')),

  'zod is imported whole, which bundles to a fifth': (source) =>
    words(source, /import\s+(?:type\s+)?\{[^}]*\bz\b[^}]*\}\s*from\s*['"]zod['"]/g).concat(
      words(source, /import\s+(?:type\s+)?z\b[^'"]*from\s*['"]zod['"]/g),
    ),
};

/** Every file that a deployed function carries, and how it came there. */
function deployed(all: readonly Source[]): Map<string, string> {
  const byPath = new Map(all.map((source) => [source.path, source]));
  const reached = new Map<string, string>();
  const next = all
    .filter(({ path }) => /^functions\/[^/]+\/index\.ts$/.test(path))
    .map(({ path }) => ({ path, from: path }));
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (reached.has(at.path)) continue;
    reached.set(at.path, at.from);
    for (const { target, isOurs, isTypeOnly } of byPath.get(at.path)?.imports ?? []) {
      if (isOurs && !isTypeOnly) next.push({ path: target, from: at.path });
    }
  }
  return reached;
}

const sandboxesIn = (all: readonly Source[]) =>
  [...deployed(all)].filter(([path]) => /\/sandbox(?:es|-\w+)?(?:\/|\.ts$)/.test(path));

const offences = (rule: Rule, all: readonly Source[]) =>
  all.flatMap((source) => rule(source).map((what) => `${source.path}: ${what}`));

describe('the arrows', () => {
  test.each(Object.entries(RULES))('%s', (_name, rule) => {
    expect(offences(rule, sources)).toEqual([]);
  });

  test('point down: a room names only rooms that stand before it in the table', () => {
    const order = Object.keys(ROOMS);
    const upward = Object.entries(ROOMS).flatMap(([room, row]) =>
      row.filter((below) => !order.slice(0, order.indexOf(room)).includes(below)),
    );
    expect(upward).toEqual([]);
  });

  test('no deployed function carries a sandbox', () => {
    expect(sandboxesIn(sources)).toEqual([]);
  });
});

describe('this reader of arrows', () => {
  test('reads every room', () => {
    // Assess: were it to find nothing, every rule above would hold
    const rooms = new Set(sources.map(({ path }) => path.split('/').slice(0, 2).join('/')));
    for (const room of ['lib/attribution', 'lib/store', 'functions/ingest', 'infra/local']) {
      expect(rooms).toContain(room);
    }
    expect(sources.flatMap((source) => source.imports).length).toBeGreaterThan(200);
    expect(deployed(sources).size).toBeGreaterThan(30);
    expect([...deployed(sources).keys()]).toContain('lib/integrations/registry.ts');
  });

  test('follows every import of ours to a file that is there', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const lost = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target, isOurs }) => isOurs && !target.includes('${') && !paths.has(target))
        .filter(({ target }) => !target.endsWith('.json'))
        .map(({ target }) => `${path}: ${target}`),
    );
    expect(lost).toEqual([]);
  });

  const bad: [keyof typeof RULES, string, string][] = [
    [
      'access, attribution and ledger are pure: no package but the schemas, no clock, no randomness',
      'lib/attribution/bad.ts',
      "import { randomBytes } from 'node:crypto';",
    ],
    [
      'a room imports only what its row of the table names',
      'lib/ledger/bad.ts',
      "import {\n  Table,\n} from '../store/table.ts';",
    ],
    [
      'access, attribution and ledger are pure: no package but the schemas, no clock, no randomness',
      'lib/ledger/bad.ts',
      'export const at = Date.now();',
    ],
    [
      'access, attribution and ledger are pure: no package but the schemas, no clock, no randomness',
      'lib/attribution/bad.ts',
      'export const at = new Date();',
    ],
    [
      'a room imports only what its row of the table names',
      'lib/money/bad.ts',
      "import type { Entry } from '../ledger/entry.ts';",
    ],
    [
      'a room imports only what its row of the table names',
      'lib/time/bad.ts',
      "export * from '../store/keys.ts';",
    ],
    [
      'events, money, time and json use no package but the schemas',
      'lib/json/bad.ts',
      "import { readFileSync } from 'node:fs';",
    ],
    ...(
      [
        ['lib/attribution/bad.ts', '../store/table.ts'],
        ['lib/ledger/bad.ts', '../attribution/generations.ts'],
        ['lib/integrations/kit/bad.ts', '../../store/table.ts'],
        ['lib/integrations/meituan/bad.ts', '../../store/table.ts'],
        ['lib/integrations/bad.ts', '../store/table.ts'],
        ['lib/store/ledger/bad.ts', '../../rollups/store-day.ts'],
        ['lib/store/bad.ts', '../callbacks/codes.ts'],
        ['lib/store/bad.ts', '../queue/queue.ts'],
        ['lib/store/accounts/bad.ts', '../../integrations/registry.ts'],
        ['lib/rollups/bad.ts', '../booking/book.ts'],
        ['lib/booking/bad.ts', '../../functions/attribute/deps.ts'],
        ['lib/callbacks/bad.ts', '../statements/closing.ts'],
        ['lib/cli/bad.ts', '../store/table.ts'],
        ['functions/api/bad.ts', '../../lib/cli/main.ts'],
      ] as const
    ).map(([path, target]): [keyof typeof RULES, string, string] => [
      'a room imports only what its row of the table names',
      path,
      `import type { Made } from '${target}';`,
    ]),
    [
      'a room imports only what its row of the table names',
      'lib/unheard-of/bad.ts',
      'export const made = 1;',
    ],
    [
      'one integration never imports another',
      'lib/integrations/meituan/bad.ts',
      "import { verify } from '../douyin-life/verify.ts';",
    ],
    [
      'only the registry imports an integration',
      'functions/normalize/bad.ts',
      "const { verify } = await import('../../lib/integrations/douyin-life/verify.ts');",
    ],
    [
      'nothing outside the integrations decides by a platform’s name',
      'functions/normalize/bad.ts',
      "if (platform === 'douyin') return;",
    ],
    [
      'nothing outside the integrations decides by a platform’s name',
      'lib/store/bad.ts',
      'if ("kuaishou" != platform) return;',
    ],
    [
      'nothing outside the integrations decides by a platform’s name',
      'lib/store/bad.ts',
      "switch (name) { case 'douyin-life': return; }",
    ],
    [
      'nothing outside the integrations decides by a platform’s name',
      'functions/api/bad.ts',
      "name.startsWith('meituan')",
    ],
    [
      'only the store and the infrastructure know the database’s client',
      'functions/api/bad.ts',
      "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';",
    ],
    [
      'only the queue and the infrastructure know the queue’s client',
      'functions/api/bad.ts',
      "import type { SQSClient } from '@aws-sdk/client-sqs';",
    ],
    [
      'only the queue and the infrastructure know the queue’s client',
      'functions/api/deps.ts',
      "import { SQSClient } from '@aws-sdk/client-sqs';",
    ],
    ...[
      "import { request } from 'node:https';",
      "import { Agent } from 'undici';",
      'const answer = await fetch(url);',
      'const { fetch: go } = context;',
      'const answer = context.fetch.call(null, url);',
    ].map((text): [keyof typeof RULES, string, string] => [
      'only one place calls a platform, one an endpoint, and only one opens connections',
      'lib/integrations/meituan/bad.ts',
      text,
    ]),
    [
      'only one place calls a platform, one an endpoint, and only one opens connections',
      'functions/normalize/bad.ts',
      'const deps = { fetch: globalThis.fetch };',
    ],
    [
      'a room imports only what its row of the table names',
      'functions/attribute/bad.ts',
      "import { ingestApp } from '../ingest/app.ts';",
    ],
    [
      'a room imports only what its row of the table names',
      'functions/attribute/bad.ts',
      "import { QUEUES } from '../../infra/topology.ts';",
    ],
    [
      'a room imports only what its row of the table names',
      'lib/store/bad.ts',
      "import { TABLE } from '../../infra/topology.ts';",
    ],
    [
      'nothing imports a test',
      'lib/store/bad.ts',
      "import { entry } from '../../test/lib/make.ts';",
    ],
    [
      'zod is imported whole, which bundles to a fifth',
      'lib/store/bad.ts',
      "import { z } from 'zod';",
    ],
    ['zod is imported whole, which bundles to a fifth', 'lib/store/bad.ts', "import z from 'zod';"],
  ];

  test.each(bad)('would catch a breach of "%s" in %s: %s', (name, path, text) => {
    const rule = RULES[name];
    expect(rule?.(sourceOf(path, text))).toHaveLength(1);
  });

  const good: [string, string][] = [
    [
      'lib/attribution/good.ts',
      "import * as z from 'zod';\n// never Date.now(), nor Math.random()",
    ],
    ['lib/attribution/good.ts', "/* if (platform === 'douyin') */\nconst day = new Date(0);"],
    ['lib/store/good.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';"],
    ['functions/api/deps.ts', "import type { SQSClient } from '@aws-sdk/client-sqs';"],
    ['lib/integrations/meituan/good.ts', "if (name === 'meituan') return;"],
    ['lib/i18n/good.ts', "const names = { douyin: '抖音' };"],
    ['lib/integrations/meituan/good.ts', "type Context = Pick<ResolveContext, 'fetch' | 'now'>;"],
    ['functions/api/good.ts', 'const deps: { readonly fetch: typeof globalThis.fetch } = all;'],
    ['lib/integrations/meituan/good.ts', "import type { Answer } from '../kit/integration.ts';"],
  ];

  test.each(good)('would let pass in %s: %s', (path, text) => {
    const source = sourceOf(path, text);
    expect(Object.values(RULES).flatMap((rule) => rule(source))).toEqual([]);
  });

  test('would find a sandbox behind a function, however far', () => {
    // Prepare
    const made = [
      sourceOf('functions/made/index.ts', "import { a } from '../../lib/a/a.ts';"),
      sourceOf('lib/a/a.ts', "export { b } from '../integrations/made/index.ts';"),
      sourceOf('lib/integrations/made/index.ts', "import './sandbox/index.ts';"),
      sourceOf('lib/integrations/made/sandbox/index.ts', ''),
    ];
    // Act, Assess
    expect(sandboxesIn(made).map(([path]) => path)).toEqual([
      'lib/integrations/made/sandbox/index.ts',
    ]);
    expect(sandboxesIn(made.slice(1))).toEqual([]);
  });
});
