import type { Fields } from './fields.ts';
import { metricFields } from './metrics.ts';
import { redact } from './redact.ts';

/**
 * Structured logs: one JSON line an event, to standard output. Callers pass ids of ours, counts and
 * codes; never bodies, secrets, coupon codes, phone numbers or open ids. What slips through all the
 * same is made unreadable where it has a known form.
 */

export type Log = (level: 'info' | 'warn' | 'error', what: string, fields?: Fields) => void;

const LEVELS: readonly string[] = ['info', 'warn', 'error'];

/**
 * @param least lines below this level are left out; LOG_LEVEL of the environment when absent
 * @param namespace of the metrics that lines carry; METRICS_NAMESPACE when absent, and none without it
 */
export function logLines(
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  least: string = process.env.LOG_LEVEL ?? 'info',
  namespace: string | undefined = process.env.METRICS_NAMESPACE,
): Log {
  const from = Math.max(0, LEVELS.indexOf(least));
  return (level, what, fields = {}) => {
    if (LEVELS.indexOf(level) < from) return;
    const now = new Date();
    const counted = namespace ? metricFields(what, fields, namespace, now.getTime()) : {};
    write(JSON.stringify({ at: now.toISOString(), level, what, ...redact(fields), ...counted }));
  };
}

export const silent: Log = () => {};

/**
 * An error for a log: its name and its text. The texts of those that read what came in repeat pieces
 * of it, so of them only where they failed is kept.
 */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: 'unknown' };
  if (error instanceof SyntaxError) return { error: error.name };
  return { error: error.name, reason: reasonOf(error).slice(0, 300) };
}

function reasonOf(error: Error): string {
  const { issues } = error as { issues?: unknown };
  if (!Array.isArray(issues)) return error.message;
  // A schema's findings, by their shape: to import the library for its class would double a bundle.
  return issues.map(({ code, path }: SchemaIssue) => `${code} at ${pathOf(path)}`).join('; ');
}

/** Where a name came with what was read (a record's key), it may be anything. */
function pathOf(path: readonly PropertyKey[] = []): string {
  return path
    .map((name) => (/^(?:\d{1,5}|[A-Za-z_]{1,40})$/.test(String(name)) ? String(name) : '?'))
    .join('.');
}

interface SchemaIssue {
  readonly code?: string;
  readonly path?: readonly PropertyKey[];
}
