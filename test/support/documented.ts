import { isDeepStrictEqual } from 'node:util';
import { DOCUMENTED } from '../../functions/api/documented/all.ts';
import { type Documented, problemsOf } from '../../functions/api/documented/documented.ts';
import type { ProblemCode } from '../../lib/errors/problem.ts';

/**
 * Holds an answer of the API to what is documented for its route and status: the JSON fits the schema and
 * has nothing beside it, and a problem is one that the route names.
 * @param address the path, with its query or without
 * @throws Error that says what differs
 */
export function checkDocumented(
  method: string,
  address: string,
  response: { readonly status: number; readonly headers: Headers },
  text: string,
): void {
  const { status } = response;
  const type = response.headers.get('content-type') ?? '';
  // As the request had it: `..` leads up.
  const path = new URL(address, 'http://hexiao').pathname;
  const documented = DOCUMENTED.find((one) => isOf(one, method, path));
  // An address that nobody answers.
  if (documented === undefined && status === 404) return;
  if (documented === undefined) throw new Error(`${method} ${path} is answered and not documented`);
  const { call } = documented.contract;
  if (type === 'application/problem+json') {
    checkProblem(documented, text);
    return;
  }
  // To a browser, every address that leads nowhere is a page.
  if (
    status === 404 &&
    type.startsWith('text/html') &&
    problemsOf(documented).includes('not-found')
  )
    return;
  const answer = documented.answers[status];
  if (answer === undefined) throw new Error(`${call} does not document its answer ${status}`);
  if (!type.startsWith('application/json') || !('json' in answer) || !answer.json) return;
  const json: unknown = JSON.parse(text);
  const parsed = answer.json.safeParse(json);
  if (!parsed.success) throw new Error(`${call} ${status}: ${parsed.error.message}\n${text}`);
  if (isDeepStrictEqual(parsed.data, json)) return;
  throw new Error(`${call} ${status} lacks a field that its schema has: ${text}`);
}

function checkProblem(documented: Documented, text: string): void {
  const { code } = JSON.parse(text) as { code: ProblemCode };
  if (problemsOf(documented).includes(code)) return;
  throw new Error(`${documented.contract.call} does not document its problem ${code}: ${text}`);
}

function isOf({ contract: { call } }: Documented, method: string, path: string): boolean {
  const [wanted, pattern = ''] = call.split(' ');
  if (wanted !== method) return false;
  const parts = pattern.split('/');
  const given = path.split('/');
  return (
    parts.length === given.length &&
    parts.every((part, index) => part === given[index] || (/^\{/.test(part) && given[index] !== ''))
  );
}
