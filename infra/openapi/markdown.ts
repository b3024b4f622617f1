import { TAGS } from '../../functions/api/documented/documented.ts';
import type { OpenApi, Operation } from './document.ts';
import { entriesOf } from './page.ts';
import { CHAPTERS } from './prose.ts';

/** The document → docs/api.md, where the calls are found by reading: a line each, with an example of its body. */
export function markdownOf(document: OpenApi): string {
  const entries = entriesOf(document);
  const chapters = TAGS.map((tag) => {
    const { zh, en, text } = CHAPTERS[tag];
    const own = entries.filter(([, { tags }]) => tags.includes(tag));
    return [`## ${en} (${zh})`, text, ['| call | |', '|---|---|', ...own.map(rowOf)].join('\n')];
  });
  const head = [
    '# The API',
    '<!-- Written by `npm run openapi` from the contracts of functions/api; do not edit it. -->',
    'With every field and error: [openapi.json](openapi.json), and `/docs` of a running Hexiao.',
    document.info.description,
  ];
  return `${[...head, ...chapters.flat()].join('\n\n')}\n`;
}

function rowOf([call, { summary, description, parameters = [], requestBody }]: readonly [
  string,
  Operation,
]): string {
  const query = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const address = `\`${call}${query.length > 0 ? `?${query.join('&')}` : ''}\``;
  const content = (requestBody?.content ?? {}) as Record<string, { example?: unknown }>;
  const example = content['application/json']?.example;
  const body = typeof example === 'object' ? `\`${JSON.stringify(example)}\`` : undefined;
  const words = [`${summary}.`, description, body].filter((one) => one !== undefined);
  return `| ${address} | ${words.join(' ').replaceAll('|', '\\|')} |`;
}
