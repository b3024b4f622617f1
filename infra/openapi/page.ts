import { TAGS } from '../../functions/api/documented/documented.ts';
import type { OpenApi, Operation } from './document.ts';
import { CHAPTERS } from './prose.ts';

/** The document → a page for people: one file, without a script, for a phone too. */

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); background: Canvas; color: CanvasText; }
body { font: 15px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { margin-top: 2rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1rem; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .2rem .9rem .6rem; margin: .8rem 0; }
h3 { font: 600 .95rem ui-monospace, monospace; margin: .6rem 0 .2rem; }
code, pre { font: .88em ui-monospace, monospace; } pre { overflow-x: auto; margin: .4rem 0; max-height: 30rem; }
summary { cursor: pointer; padding: .25rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .3rem 1rem; }
`;

type Entry = readonly [call: string, operation: Operation];

export function entriesOf({ paths }: OpenApi): Entry[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, one]): Entry => [`${method.toUpperCase()} ${path}`, one],
    ),
  );
}

export function pageOf(document: OpenApi): string {
  const entries = entriesOf(document);
  const chapters = TAGS.map((tag) => {
    const { zh, en, text } = CHAPTERS[tag];
    const own = entries.filter(([, { tags }]) => tags.includes(tag));
    return `<section id="${tag}"><h2>${zh} ${en}</h2>${paragraphs(text)}${own.map(article).join('')}</section>`;
  });
  const links = TAGS.map(
    (tag) => `<li><a href="#${tag}">${CHAPTERS[tag].zh} ${CHAPTERS[tag].en}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>接口文档 API · Hexiao 核销</title>
<style>${STYLE}</style>
</head>
<body>
<h1>接口文档 The API of Hexiao (核销)</h1>
<nav aria-label="目录 Contents"><ul>${links.join('')}<li><a href="/openapi.json">openapi.json</a></li></ul></nav>
<main>${paragraphs(document.info.description)}
${chapters.join('\n')}
<section id="schemas"><h2>数据结构 Schemas</h2>${schemasOf(document)}</section></main>
</body>
</html>
`;
}

function article([call, one]: Entry): string {
  const { operationId, summary, description = '', security, parameters = [] } = one;
  const who = security.length === 0 ? '公开 Anyone' : security.flatMap(Object.keys).map(whoIs);
  const rows = parameters.map(
    ({ name, in: place, required, description: words = '', schema }) =>
      `<dt><code>${escaped(name)}</code> <small>${place}${required ? ', 必填 required' : ''}</small></dt>` +
      `<dd>${inline(words)} <code>${escaped(JSON.stringify(schema))}</code></dd>`,
  );
  const answers = Object.entries(one.responses).map(
    ([status, { description: words, content }]) =>
      `<details><summary>${status} ${inline(words)}</summary>${content ? pre(content) : ''}</details>`,
  );
  return (
    `<article id="${operationId}"><h3>${escaped(call)}</h3><p>${inline(summary)} <small>(${[who].flat().join(', ')})</small></p>` +
    `${paragraphs(description)}${rows.length > 0 ? `<dl>${rows.join('')}</dl>` : ''}` +
    `${one.requestBody ? `<details><summary>请求体 Body</summary>${pre(one.requestBody)}</details>` : ''}` +
    `${answers.join('')}</article>`
  );
}

function whoIs(scheme: string): string {
  return scheme === 'operatorToken' ? '运营者 Operator' : '服务商 Provider';
}

function schemasOf({ components }: OpenApi): string {
  const { schemas } = components as { schemas: Record<string, object> };
  return Object.entries(schemas)
    .map(
      ([name, one]) =>
        `<details id="schema-${name}"><summary>${name}</summary>${pre(one)}</details>`,
    )
    .join('');
}

function pre(value: object): string {
  return `<pre tabindex="0">${escaped(JSON.stringify(value, null, 1))}</pre>`;
}

function paragraphs(text: string): string {
  return text === ''
    ? ''
    : text
        .split('\n\n')
        .map((one) => `<p>${inline(one)}</p>`)
        .join('');
}

function inline(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
