import { isRecord } from '../checks/template.ts';
import type { Emulator } from './aws-calls.ts';

/** What a resource is called where it was made, and the properties that the template gives it. */
export interface Deployed {
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Physical ids by logical id, for what a property refers to. */
  readonly others: ReadonlyMap<string, string>;
}

/** Property by property: what the template says, and what is there. */
export type Findings = readonly (readonly [property: string, meant: unknown, found: unknown])[];

/** Reads one kind of resource back. */
export type Reader = (emulator: Emulator, deployed: Deployed) => Promise<Findings>;

/** The physical id of what a value refers to. */
export function referred(value: unknown, others: ReadonlyMap<string, string>): string {
  return others.get(isRecord(value) ? String(value.Ref) : '') ?? '';
}

export function same(
  properties: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Findings {
  return names.map((name) => [name, properties[name], found[name]]);
}
