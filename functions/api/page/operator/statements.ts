import { html } from 'hono/html';
import * as z from 'zod';
import { amount } from '../../../../lib/i18n/format.ts';
import { check } from '../../input.ts';
import { providerNames } from '../names.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { type Column, table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, more, named, nothing } from './parts.ts';

const PATH = '/operator/statements';
const query = z.object({ cursor: z.string().max(4_096).optional() });

const list = z.object({
  statements: z.array(
    z.object({
      ...{ statementId: z.string(), providerId: z.string(), month: z.string(), state: z.string() },
      ...{ dueFen: z.int(), invoicedFen: z.int(), paidFen: z.int() },
    }),
  ),
  next: z.string().nullable(),
});
type Row = z.infer<typeof list>['statements'][number];

/** `GET /operator/statements`: everybody's statements, what is due of each, and what was paid. */
export const operatorStatementsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'statements:read' },
  async read({ c, ask, deps }: Desk): Promise<RoomPage> {
    const { cursor } = check(query, c.req.query());
    const { statements, next } = await ask(
      { path: address('/v1/statements', { limit: '50', cursor }) },
      list,
    );
    const providers = statements.map(({ providerId }) => providerId);
    const names = await providerNames(deps.table, providers, deps.now());
    return {
      title: ({ say }) => say('operator.statements'),
      note: ({ say }) => say('operator.statements.note'),
      main: (speech) => {
        const { say } = speech;
        const rows =
          statements.length === 0
            ? nothing(say('noStatements'))
            : table<Row>({
                ...{ caption: say('operator.statements'), rows: statements },
                columns: columnsOf(speech, names),
              });
        return card(say('statements.rows'), '', html`${rows}${more(speech, PATH, {}, next)}`);
      },
    };
  },
};

function columnsOf({ say }: Speech, names: ReadonlyMap<string, string>): Column<Row>[] {
  const money = (head: 'life.due' | 'life.invoiced' | 'life.paid', of: (row: Row) => number) => ({
    ...{ head: say(head), role: 'pair' as const, isNumber: true },
    cell: (row: Row) => amount(of(row)),
  });
  return [
    {
      ...{ head: say('statement'), role: 'name' },
      cell: ({ statementId, month }) =>
        html`<a href="${PATH}/${encodeURIComponent(statementId)}">${month}</a>`,
    },
    {
      ...{ head: say('party.payee'), role: 'pair' },
      cell: ({ providerId }) => named(names.get(providerId), providerId),
    },
    { head: say('status'), role: 'pair', cell: ({ state }) => stateOf(say, state) },
    { ...money('life.due', ({ dueFen }) => dueFen), role: 'main', hasLabel: true },
    money('life.invoiced', ({ invoicedFen }) => invoicedFen),
    money('life.paid', ({ paidFen }) => paidFen),
  ];
}

/** How far a statement came, with its shape. */
function stateOf(say: Speech['say'], state: string) {
  switch (state) {
    case 'confirmed':
      return status('ok', 'ok', say('life.confirmed'));
    case 'disputed':
      return status('warn', 'warn', say('dispute.open'));
    case 'sent':
      return status('prov', 'half', say('life.sent'));
    case 'closed':
      return status('go', 'go', say('closed'));
    default:
      return status('go', 'go', say('closing'));
  }
}
