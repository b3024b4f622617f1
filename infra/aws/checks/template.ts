import * as z from 'zod';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.json()).default({}),
});
export type Resource = z.infer<typeof resourceSchema>;

/** A CloudFormation template as far as the checks read it, by logical id; the rest is kept as it is. */
export const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });
export type Template = z.infer<typeof templateSchema>;

/** A string, and the keys that lead to it from the top. */
export interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
}

export function* stringsIn(value: unknown, path: readonly string[] = []): Generator<Leaf> {
  if (typeof value === 'string') yield { path, text: value };
  for (const [key, child] of childrenOf(value)) yield* stringsIn(child, [...path, key]);
}

/** One statement of any policy in a template, whichever resource carries it. */
export interface Statement {
  readonly path: readonly string[];
  readonly allows: boolean;
  /** Empty where the statement names what it leaves out (`NotAction`). */
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  /** Whom it is about, as it is written; undefined in a policy of a role's own. */
  readonly principal: unknown;
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Found by shape and not by resource type, so that a policy in a place nobody thought of counts too. */
export function* statementsIn(value: unknown, path: readonly string[] = []): Generator<Statement> {
  if (isRecord(value) && (value.Effect === 'Allow' || value.Effect === 'Deny')) {
    yield {
      path,
      allows: value.Effect === 'Allow',
      actions: listOf(value.Action).filter((action) => typeof action === 'string'),
      resources: listOf(value.Resource),
      principal: value.Principal,
      conditions: isRecord(value.Condition) ? value.Condition : {},
    };
  }
  for (const [key, child] of childrenOf(value)) yield* statementsIn(child, [...path, key]);
}

/** The resources of one type, with their logical ids. */
export function resourcesOf(template: Template, type: string): [id: string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The logical id that `Fn::GetAtt` names, when the value is one of the given attribute. */
export function attributeOf(value: unknown, attribute: string): string | undefined {
  if (!isRecord(value) || !Array.isArray(value['Fn::GetAtt'])) return undefined;
  const [id, name]: unknown[] = value['Fn::GetAtt'];
  return name === attribute && typeof id === 'string' ? id : undefined;
}

/** The logical id that a `Ref` names. */
export function refOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value.Ref === 'string' ? value.Ref : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** CloudFormation lets a list of one stand without its brackets. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function childrenOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
