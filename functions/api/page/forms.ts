import type { Context } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';

/** What was typed into a form, by the names of its fields. */
export type Typed = Readonly<Record<string, string>>;

/** What a form says; a body that is no form says nothing. Files are left out. */
export async function typedIn(c: Context): Promise<Typed> {
  try {
    const fields = Object.entries(await c.req.parseBody());
    return Object.fromEntries(
      fields.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.trim()]] : [])),
    );
  } catch {
    return {};
  }
}

/** SameSite cookies keep other sites from acting for somebody; this keeps them from signing one in. */
export function requireSameOrigin(c: Context): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isOurs =
    site !== undefined
      ? site === 'same-origin' || site === 'none'
      : origin === undefined || origin === new URL(c.req.url).origin;
  if (isOurs) return;
  throw new Problem('role-forbidden', 'Send this form from the page itself.');
}
