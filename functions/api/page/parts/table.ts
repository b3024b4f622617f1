import { html } from 'hono/html';
import type { Html } from '../html.ts';

/** What a cell is on a phone, where a row is a card: its name, its one number, a label with a value, or nothing. */
export type Role = 'name' | 'main' | 'second' | 'pair' | 'wide-pair' | 'desk';

export interface Column<Row> {
  readonly head: string;
  readonly role: Role;
  /** Numbers stand right. */
  readonly isNumber?: boolean;
  /** A label on the card where the head says more than there is room for. */
  readonly label?: string;
  /** The main number's label, where the name does not say it. */
  readonly hasLabel?: boolean;
  /** Which way the rows are sorted by this column, and the address that sorts by it. */
  readonly sort?: { readonly href: string; readonly now: 'ascending' | 'descending' | null };
  /** Left out from 761 to 900 px: the row's own page repeats it. */
  readonly isLow?: boolean;
  readonly cell: (row: Row) => Html | string;
}

export interface TableOptions<Row> {
  /** For who hears the page. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Set by their class: `new`, `sum`. */
  readonly rowClass?: (row: Row) => string;
  /** By which a page that follows knows a row again. */
  readonly rowKey?: (row: Row) => string;
  /** The last row, under a stronger line. */
  readonly sum?: Row;
  readonly more?: string;
}

/**
 * A table at a desk, cards on a phone. The roles are written out, because a table that is displayed as cards is none
 * to a screen reader.
 */
export function table<Row>(options: TableOptions<Row>): Html {
  const { caption, columns, rows, rowClass, rowKey, sum, more } = options;
  return html`<table class="tb stk${more === undefined ? '' : ` ${more}`}" role="table"><caption class="sr">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(headCell)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => rowOf(columns, row, rowClass?.(row) ?? '', rowKey?.(row) ?? ''))}</tbody>
${sum === undefined ? '' : html`<tfoot role="rowgroup">${rowOf(columns, sum)}</tfoot>`}</table>`;
}

function headCell<Row>({ head, isNumber, sort, isLow }: Column<Row>): Html {
  const classes = [isNumber ? 'n' : '', isLow ? 'th-lo' : ''].filter(Boolean).join(' ');
  const sorted = sort?.now ?? null;
  const arrow = sorted === 'ascending' ? ' ↑' : sorted === 'descending' ? ' ↓' : '';
  return html`<th scope="col" role="columnheader"${attribute('class', classes)}${attribute('aria-sort', sorted ?? '')}>${
    sort === undefined
      ? head
      : html`<a href="${sort.href}">${head}<span aria-hidden="true">${arrow}</span></a>`
  }</th>`;
}

function rowOf<Row>(columns: readonly Column<Row>[], row: Row, more = '', key = ''): Html {
  return html`<tr role="row"${attribute('class', more)}${attribute('data-key', key)}>${columns.map((column) => cellOf(column, row))}</tr>`;
}

function cellOf<Row>(
  { head, role, isNumber, label, hasLabel, isLow, cell }: Column<Row>,
  row: Row,
): Html {
  const content = cell(row);
  // A label with nothing behind it says nothing: on a card the cell is left out.
  const own = content === '' ? 'desk' : role;
  const classes = [isNumber ? 'n' : '', CLASSES[own], isLow ? 'lo' : ''].filter(Boolean).join(' ');
  const isLabelled = own === 'pair' || own === 'wide-pair' || hasLabel === true;
  return html`<td role="cell"${attribute('class', classes)}${attribute('data-l', isLabelled ? (label ?? head) : '')}>${content}</td>`;
}

const CLASSES: Readonly<Record<Role, string>> = {
  name: 't',
  main: 'm',
  second: 's',
  pair: 'kv',
  'wide-pair': 'kv w',
  desk: 'off-s',
};

function attribute(name: string, value: string): Html | string {
  return value === '' ? '' : html` ${name}="${value}"`;
}
