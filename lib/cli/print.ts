import { type Column, tableOf } from './table.ts';

/** Prints an answer as it is, for people and for `jq`. */
export function print(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
}

interface Listed {
  /** The field of the answer that holds the rows. */
  readonly rows: string;
  readonly columns: readonly Column[];
  readonly json: boolean | undefined;
}

/** Prints an answer that is a list: a table, or all of it as JSON. What is beside the rows goes to standard error. */
export function printList(answer: Record<string, unknown>, { rows, columns, json }: Listed): void {
  if (json === true) {
    print(answer);
    return;
  }
  const { [rows]: found, next, more } = answer;
  printTable(columns, Array.isArray(found) ? found : []);
  if (typeof next === 'string') process.stderr.write(`There is more: add cursor=${next}\n`);
  if (more === true) process.stderr.write('There are more than these.\n');
}

function printTable(columns: readonly Column[], rows: readonly unknown[]): void {
  if (rows.length === 0) process.stderr.write('There is none.\n');
  else process.stdout.write(tableOf(columns, rows));
}

/** Prints the rows of all pages: a table, or one JSON object a line as they come. */
export async function printPages(
  pages: AsyncIterable<Record<string, unknown>>,
  { rows, columns, json }: Listed,
): Promise<void> {
  const all: unknown[] = [];
  for await (const { [rows]: found } of pages) {
    const some: unknown[] = Array.isArray(found) ? found : [];
    if (json !== true) all.push(...some);
    else for (const row of some) process.stdout.write(`${JSON.stringify(row)}\n`);
  }
  if (json !== true) printTable(columns, all);
}
