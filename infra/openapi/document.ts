import * as z from 'zod';
import { DOCUMENTED } from '../../functions/api/documented/all.ts';
import {
  type Answer,
  type Documented,
  isRepeatable,
  problemsOf,
  TAGS,
} from '../../functions/api/documented/documented.ts';
import { instant } from '../../functions/api/documented/shapes.ts';
import { MESSAGES } from '../../functions/api/documented/webhooks.ts';
import { PROBLEM_CODES, Problem, problemBody } from '../../lib/errors/problem.ts';
import { CHAPTERS, INTRODUCTION } from './prose.ts';

/** The routes' contracts → an OpenAPI 3.1 document. */

type Json = Record<string, unknown>;

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly [other: string]: unknown;
}

export interface Operation extends Json {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Json;
  readonly responses: Record<string, { readonly description: string; readonly content?: Json }>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Json;
}

const SECURITY = {
  anyone: [],
  operator: [{ operatorToken: [] }],
  provider: [{ providerToken: [] }, { operatorToken: [] }],
  either: [{ providerToken: [] }, { operatorToken: [] }],
} as const;

export function openApi(version: string): OpenApi {
  const schemas: Json = { Problem: problemSchema() };
  const paths: OpenApi['paths'] = {};
  for (const one of DOCUMENTED) {
    const [method = '', path = ''] = one.contract.call.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(one, path, schemas) };
  }
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });
  return {
    openapi: '3.1.0',
    info: { title: 'Hexiao (核销)', version, description: INTRODUCTION },
    tags: TAGS.map((tag) => {
      const { zh, en, text } = CHAPTERS[tag];
      return { name: tag, description: `${zh} ${en}. ${text}` };
    }),
    paths,
    webhooks: messages(schemas),
    components: {
      securitySchemes: {
        operatorToken: bearer('The operator’s token, or one of a named operator.'),
        providerToken: bearer('A token of POST /v1/tokens or POST /v1/members.'),
      },
      examples: examples(),
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** What endpoints are told, by the types of messages. */
function messages(schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(MESSAGES).map(([type, { summary, data }]) => {
      const message = z.strictObject({ type: z.literal(type), timestamp: instant, data });
      const schema = toSchema(message, 'output', schemas);
      const post = {
        ...{ summary, tags: ['webhooks'] },
        parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
          ...{ name, in: 'header', required: true, schema: { type: 'string' } },
        })),
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: { '2XX': { description: 'It was taken. Anything else comes again.' } },
      };
      return [type, { post }];
    }),
  );
}

function operation(one: Documented, path: string, schemas: Json): Operation {
  const { contract, tag, summary, answers } = one;
  const parameters = [
    ...parametersOf('path', contract.params, schemas),
    ...ownerOf(one),
    ...parametersOf('query', contract.query, schemas),
    ...(isRepeatable(contract) ? [REPETITION] : []),
  ];
  const requestBody = bodyOf(one, schemas);
  return {
    operationId: nameOf(contract.call.split(' ')[0] ?? '', path),
    tags: [tag],
    summary,
    ...describedBy(one),
    security: SECURITY[contract.who],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, schemas)]),
      ),
      ...problemsByStatus(one, answers),
    },
  };
}

/** Its words, and what it needs of who calls. */
function describedBy({ description = '', contract: { needs } }: Documented) {
  const permission = needs === undefined ? '' : `Needs \`${needs}\`.`;
  const text = [description, permission].filter((one) => one !== '').join(' ');
  return text === '' ? {} : { description: text };
}

/** `getV1ProvidersProviderIdTokens`: unique, and a function's name in whatever is generated from it. */
function nameOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const capital = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
  return `${method.toLowerCase()}${words.map(capital).join('') || 'Root'}`;
}

const REPETITION: Parameter = {
  ...{ name: 'Idempotency-Key', in: 'header', required: false },
  description: 'The same key and body within 24 hours: the same answer, and done once.',
  schema: { type: 'string', maxLength: 255 },
};

/** Whose numbers the operator reads. */
function ownerOf({ contract: { who } }: Documented): Parameter[] {
  if (who !== 'provider') return [];
  const description =
    'As the operator: whose. A provider’s own may be given; another’s is not there.';
  return [
    { name: 'providerId', in: 'query', required: false, description, schema: { type: 'string' } },
  ];
}

function parametersOf(
  place: Parameter['in'],
  schema: z.ZodType | undefined,
  schemas: Json,
): Parameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toSchema(schema, 'input', schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    ...{ name, in: place, required: place === 'path' || required.includes(name) },
    ...(typeof description === 'string' && { description }),
    schema: property,
  }));
}

function bodyOf({ contract, text, example }: Documented, schemas: Json): Json | undefined {
  if (text !== undefined) {
    const media = { schema: { type: 'string' }, example: text.example };
    return { required: true, content: { [text.type]: media } };
  }
  if (contract.body === undefined) return undefined;
  const schema = toSchema(contract.body, 'input', schemas);
  const required = contract.bodyIsOptional !== true;
  return { required, content: { 'application/json': { schema, ...(example && { example }) } } };
}

function answerOf(answer: Answer, schemas: Json): { description: string; content?: Json } {
  const json = 'json' in answer && answer.json ? toSchema(answer.json, 'output', schemas) : null;
  const example = 'example' in answer ? { example: answer.example } : {};
  const others = 'types' in answer ? answer.types : [];
  const content = {
    ...(json && { 'application/json': { schema: json, ...example } }),
    ...Object.fromEntries(others.map((type) => [type, { schema: schemaOfType(type) }])),
  };
  return {
    description: 'what' in answer ? answer.what : 'Done.',
    ...(Object.keys(content).length > 0 && { content }),
  };
}

/** JSON whose form is another's is an object, and nothing more is said of it. */
function schemaOfType(type: string): Json {
  return { type: type === 'application/json' ? 'object' : 'string' };
}

/** By status the problems that it may be, each with an example. A page of that status stays beside them. */
function problemsByStatus(one: Documented, answers: Documented['answers']): Operation['responses'] {
  const problems = problemsOf(one).map((code) => new Problem(code, HELP));
  const byStatus = Map.groupBy(problems, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, all]) => {
      const examples = all.map(({ code }) => [code, { $ref: `#/components/examples/${code}` }]);
      const media = {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(examples),
      };
      // To a browser, what leads nowhere is a page.
      const isPage = status in answers || (status === 404 && one.contract.call.startsWith('GET'));
      const page = isPage ? { 'text/html': { schema: { type: 'string' } } } : {};
      const description = all.map(({ code }) => `\`${code}\``).join(', ');
      return [status, { description, content: { ...page, 'application/problem+json': media } }];
    }),
  );
}

const HELP = 'What was expected, what came, and what to do.';

function examples(): Json {
  const requestId = '5d0b6f1e-6a0f-4a53-9d0f-0a3c1f3f7c11';
  return Object.fromEntries(
    PROBLEM_CODES.map((code) => [code, { value: problemBody(new Problem(code, HELP), requestId) }]),
  );
}

function problemSchema(): Json {
  const schema = z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was expected, what came, and what to do.'),
    code: z.enum(PROBLEM_CODES as [string, ...string[]]),
    retryable: z.boolean().describe('Whether the same call may work later.'),
    requestId: z.string().describe('As it is in the log.'),
  });
  return toSchema(schema, 'output', {});
}

/** Named parts go to the document's own. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: withoutBounds });
  const text = JSON.stringify(made).replaceAll('#/$defs/', '#/components/schemas/');
  const { $schema: _dialect, $defs = {}, ...own } = JSON.parse(text) as Json;
  Object.assign(schemas, $defs);
  return own;
}

/** That an integer is a safe one says nothing to a reader. */
function withoutBounds({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
