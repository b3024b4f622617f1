import { html } from 'hono/html';
import * as z from 'zod';
import { both } from '../../../../lib/i18n/both.ts';
import { amount } from '../../../../lib/i18n/format.ts';
import { check } from '../../input.ts';
import { providerNames } from '../names.ts';
import type { Speech } from '../page.ts';
import {
  fileList,
  type List,
  type ListColumn,
  listShape,
  listView,
  readList,
} from '../parts/list.ts';
import { status } from '../parts/status.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, named } from './parts.ts';

const PATH = '/operator/statements';
const query = z.object(listShape);

const statementList = z.object({
  statements: z.array(
    z.object({
      ...{ statementId: z.string(), providerId: z.string(), month: z.string(), state: z.string() },
      ...{ dueFen: z.int(), invoicedFen: z.int(), paidFen: z.int() },
    }),
  ),
  next: z.string().nullable(),
});
type Row = z.infer<typeof statementList>['statements'][number];

/** `GET /operator/statements`: everybody's statements, what is due of each, and what was paid. */
export const operatorStatementsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'statements:read' },
  async read({ c, ask, deps }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const found = await readList(asked, '', async (cursor) => {
      const path = address('/v1/statements', { limit: '50', cursor });
      const { statements, next } = await ask({ path }, statementList);
      return { rows: statements, next };
    });
    const providers = found.rows.map(({ providerId }) => providerId);
    const names = await providerNames(deps.table, providers, deps.now());
    const list: List<Row> = {
      ...{ name: '', path: PATH, query: asked, ...found, caption: 'operator.statements' },
      columns: (speech) => columnsOf(speech, names),
    };
    return {
      title: ({ say }) => say('operator.statements'),
      note: ({ say }) => say('operator.statements.note'),
      files: { name: 'statements', lists: [fileList(list)] },
      main: (speech) =>
        card(speech.say('statements.rows'), '', listView(speech, list, speech.say('noStatements'))),
    };
  },
};

function columnsOf({ say }: Speech, names: ReadonlyMap<string, string>): ListColumn<Row>[] {
  const money = (own: 'life.due' | 'life.invoiced' | 'life.paid', of: (row: Row) => number) => ({
    ...{ word: own, by: own.slice(5), role: 'pair' as const, isNumber: true },
    value: (row: Row) => ({ fen: of(row) }),
    cell: (row: Row) => amount(of(row)),
  });
  return [
    {
      ...{ word: 'statement', by: 'month', role: 'name', value: ({ month }) => month },
      cell: ({ statementId, month }) =>
        html`<a href="${PATH}/${encodeURIComponent(statementId)}">${month}</a>`,
    },
    {
      ...{ word: 'party.payee', by: 'provider', role: 'pair' },
      value: ({ providerId }) => names.get(providerId) ?? providerId,
      cell: ({ providerId }) => named(names.get(providerId), providerId),
    },
    {
      ...{ word: 'status', by: 'status', role: 'pair', value: ({ state }) => stateText(state) },
      cell: ({ state }) => stateOf(say, state),
    },
    { ...money('life.due', ({ dueFen }) => dueFen), role: 'main', hasLabel: true },
    money('life.invoiced', ({ invoicedFen }) => invoicedFen),
    money('life.paid', ({ paidFen }) => paidFen),
  ];
}

function stateText(state: string): string {
  switch (state) {
    case 'confirmed':
      return both('life.confirmed');
    case 'disputed':
      return both('dispute.open');
    case 'sent':
      return both('life.sent');
    default:
      return both(state === 'closed' ? 'closed' : 'closing');
  }
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
