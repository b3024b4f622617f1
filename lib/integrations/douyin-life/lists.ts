import * as z from 'zod';
import { absentAsNull } from '../kit/wire.ts';

/**
 * The platform answers some lists twice, in an older and in a newer form, or in one of them alone. The
 * newer one's name is written in three ways: `certificates_v2` by the pages and by integrators, and by
 * the official SDK for one endpoint `certificates_v_2`; its own field is `certificatesV2`.
 */
const NEWER = ['_v2', '_v_2', 'V2'] as const;

/**
 * An answer's list under every name it was seen under, the older form first.
 * @param name of the older form
 */
export function everyList<S extends z.ZodType>(name: string, row: S) {
  const list = absentAsNull(z.array(row));
  const names = [name, ...NEWER.map((ending) => `${name}${ending}`)];
  const fields = Object.fromEntries(names.map((one) => [one, list]));
  return z.looseObject(fields).transform((answer) => ({
    lists: names.map((one) => (answer[one] as z.output<S>[] | null) ?? []).filter(isPresent),
  }));
}

function isPresent(list: readonly unknown[]): boolean {
  return list.length > 0;
}

/** The rows of all lists, each once; where two forms report one, as `merge` has it. */
export function joined<T>(
  lists: readonly (readonly T[])[],
  idOf: (row: T) => string,
  merge: (older: T, newer: T) => T,
): T[] {
  const rows = new Map<string, T>();
  for (const list of lists) {
    const before = new Map(rows);
    for (const row of list) {
      const older = before.get(idOf(row));
      rows.set(idOf(row), older === undefined ? row : merge(older, row));
    }
  }
  return [...rows.values()];
}
