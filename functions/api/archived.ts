import { Problem } from '../../lib/errors/problem.ts';

interface Archivable {
  readonly archivedAt?: string | undefined;
}

/** @throws Problem `archived` where something new is to be made of what is archived */
export function requireInUse(what: string, { archivedAt }: Archivable): void {
  if (archivedAt === undefined) return;
  const detail = `The ${what} is archived since ${archivedAt}. PATCH it with {"archived":false} first.`;
  throw new Problem('archived', detail);
}

/** What `archived` of a PATCH writes; nothing where it stays as it is. Archived again, it keeps its time. */
export function archivedBy(
  wanted: boolean | undefined,
  { archivedAt }: Archivable,
  now: string,
): { archivedAt?: string | null } {
  if (wanted === undefined || wanted === (archivedAt !== undefined)) return {};
  return { archivedAt: wanted ? now : null };
}

/** Whether a list has it: what is archived is in it when that is asked for. */
export function isListed({ archivedAt }: Archivable, archived: 'true' | 'false'): boolean {
  return archived === 'true' || archivedAt === undefined;
}

/** Registered whole again, it stays archived: a script that registers everything each night takes nothing back. */
export function archivedOf(before: Archivable | null): Archivable {
  return before?.archivedAt === undefined ? {} : { archivedAt: before.archivedAt };
}
