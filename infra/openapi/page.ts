import { TAGS } from '../../functions/api/documented/documented.ts';
import { article, heading } from './call.ts';
import type { OpenApi, Operation } from './document.ts';
import { paragraphs, pre } from './markup.ts';
import { CHAPTERS } from './prose.ts';

/** The document → a page for people: one file, without a script, for a phone too, in light and in dark. */

const STYLE = `
:root { color-scheme: light dark; background: Canvas; color: CanvasText; scroll-padding-top: .6rem;
  --line: color-mix(in srgb, CanvasText 18%, Canvas); --quiet: color-mix(in srgb, CanvasText 66%, Canvas);
  --ground: color-mix(in srgb, CanvasText 5%, Canvas); --link: light-dark(#0550ae, #79b8ff);
  --get: light-dark(#1a6b32, #6fd38a); --write: light-dark(#8a4600, #f0b35a); --delete: light-dark(#a40e26, #ff8f8f); }
* { box-sizing: border-box; }
body { font: 15px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; } a:not(:hover) { text-decoration-color: var(--line); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.4rem; margin: .5rem 0; } h1 span { white-space: nowrap; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; display: flex; gap: .5rem; justify-content: space-between; align-items: baseline; }
h2 a { font-size: .85rem; font-weight: 400; white-space: nowrap; padding: .3rem 0; }
h3 { font: 600 .95rem/1.4 ui-monospace, monospace; margin: .6rem 0 .2rem; } h3 a, .calls a { color: inherit; text-decoration: none; } h3 a:hover, .calls a:hover { text-decoration: underline; }
.get { color: var(--get); } .post, .put, .patch { color: var(--write); } .delete { color: var(--delete); }
ul { list-style: none; padding: 0; margin: .5rem 0; } nav ul { display: flex; flex-wrap: wrap; gap: 0 1rem; } nav a { display: inline-block; padding: .35rem 0; }
.calls { font: .85rem/1.4 ui-monospace, monospace; } .calls a { display: block; padding: .3rem 0; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .2rem .9rem .6rem; margin: .8rem 0; }
article:target { border-color: var(--link); }
p { margin: .5rem 0; } small { color: var(--quiet); font-size: .85rem; font-weight: 400; }
code, pre { font: .88em/1.45 ui-monospace, monospace; }
pre { white-space: pre-wrap; margin: .4rem 0; max-height: 30rem; overflow: auto; background: var(--ground); border-radius: .3rem; padding: .5rem .6rem; }
summary { cursor: pointer; padding: .4rem 0; } details details { margin-left: .6rem; } dl { margin: .5rem 0; } dt { margin-top: .4rem; } dd { margin: 0 0 0 1rem; }
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
    const calls = own.map(([call, { operationId }]) => `<li>${heading(call, operationId)}</li>`);
    return `<section id="${tag}">${title(`${zh} ${en}`)}${paragraphs(text)}<ul class="calls">${calls.join('')}</ul>${own
      .map(([call, one]) => article(call, one))
      .join('')}</section>`;
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
<h1>接口文档 <span>The API of Hexiao</span></h1>
<nav id="contents" aria-label="目录 Contents"><ul>${links.join('')}<li><a href="#schemas">数据结构 Schemas</a></li><li><a href="/openapi.json">openapi.json</a></li></ul></nav>
<main>${paragraphs(document.info.description)}
${chapters.join('\n')}
<section id="schemas">${title('数据结构 Schemas')}${schemasOf(document)}</section></main>
</body>
</html>
`;
}

function title(text: string): string {
  return `<h2>${text} <a href="#contents">↑ 目录 Contents</a></h2>`;
}

/** The id is within what opens: a browser opens it for a link to it. */
function schemasOf({ components }: OpenApi): string {
  const { schemas } = components as { schemas: Record<string, object> };
  return Object.entries(schemas)
    .map(
      ([name, one]) => `<details><summary>${name}</summary>${pre(one, `schema-${name}`)}</details>`,
    )
    .join('');
}
