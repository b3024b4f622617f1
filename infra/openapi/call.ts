import type { Operation, Parameter } from './document.ts';
import { escaped, inline, paragraphs, pre } from './markup.ts';

/** One call of the API as the page shows it: what it takes, what it answers, an example before its shape. */
export function article(call: string, one: Operation): string {
  const { operationId, summary, description = '', security, parameters = [], requestBody } = one;
  const who = security.length === 0 ? ['公开 Anyone'] : security.flatMap(Object.keys).map(whoIs);
  const body = requestBody?.content;
  const answers = Object.entries(one.responses);
  const good = answers.filter(([status]) => Number(status) < 400);
  const errors = answers.filter(([status]) => Number(status) >= 400);
  return [
    `<article id="${operationId}"><h3>${heading(call, operationId)}</h3>`,
    `<p>${inline(summary)} <small>${who.join(', ')}</small></p>`,
    paragraphs(description),
    parameters.length > 0 ? `<dl>${parameters.map(parameter).join('')}</dl>` : '',
    body === undefined ? '' : details('请求体 Body', contents(body as Content)),
    ...good.map(([status, { description: words, content }]) =>
      details(`${status} ${inline(words)}`, content ? contents(content as Content) : ''),
    ),
    errors.length > 0
      ? details(`错误 Errors: ${errors.map(errorOf).join(', ')}`, problems(errors))
      : '',
    '</article>',
  ].join('');
}

/** A long path may be cut behind any of its slashes, and nowhere within a word. */
export function heading(call: string, operationId: string): string {
  const [method = '', path = ''] = call.split(' ');
  const cut = escaped(path).replace(/(?<=.)\//g, '<wbr>/');
  return `<a href="#${operationId}"><b class="${method.toLowerCase()}">${method}</b> ${cut}</a>`;
}

type Content = Readonly<Record<string, { readonly schema?: object; readonly example?: unknown }>>;
type Response = readonly [status: string, Operation['responses'][string]];

function contents(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema, example }]) =>
      [
        `<p><small>${escaped(type)}</small></p>`,
        example === undefined ? '' : pre(example),
        schema === undefined ? '' : details('结构 Shape', pre(schema)),
      ].join(''),
    )
    .join('');
}

function problems(errors: readonly Response[]): string {
  const each = errors.map(([status, { description, content = {} }]) => {
    const examples = Object.values(content as Content).flatMap(({ example }) => example ?? []);
    return `<p>${status} ${inline(description)}</p>${examples.map((one) => pre(one)).join('')}`;
  });
  return `<p><small>结构 Shape: <a href="#schema-Problem">Problem</a></small></p>${each.join('')}`;
}

function errorOf([status, { description }]: Response): string {
  return `${status} ${inline(description)}`;
}

function parameter({ name, in: place, required, description: words = '', schema }: Parameter) {
  const of = [place, ...(required ? ['必填 required'] : []), typeOf(schema)];
  return `<dt><code>${escaped(name)}</code> <small>${of.join(', ')}</small></dt>${words === '' ? '' : `<dd>${inline(words)}</dd>`}`;
}

/** The shape of a parameter in words; whole where it is none of the plain ones. */
function typeOf({
  type,
  enum: words,
  pattern,
  minimum,
  maximum,
  format,
  ...rest
}: Parameter['schema']) {
  if (Array.isArray(words)) return words.map((one) => code(String(one))).join(' | ');
  const isPlain =
    typeof type === 'string' && Object.keys(rest).every((name) => PASSED_OVER.has(name));
  if (!isPlain) return code(JSON.stringify({ type, pattern, minimum, maximum, format, ...rest }));
  const range = [minimum, maximum].map((one) => (typeof one === 'number' ? one : '')).join('–');
  const more = [format, pattern].flatMap((one) => (typeof one === 'string' ? code(one) : []));
  return [type, ...(range === '–' ? [] : [range]), ...more].join(' ');
}

/** Lengths of texts, and what the body of this page says of every id. */
const PASSED_OVER = new Set(['minLength', 'maxLength', 'default']);

function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

function details(summary: string, text: string): string {
  return text === ''
    ? `<p>${summary}</p>`
    : `<details><summary>${summary}</summary>${text}</details>`;
}

function whoIs(scheme: string): string {
  return scheme === 'operatorToken' ? '运营者 Operator' : '服务商 Provider';
}
