import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS, platformSchema } from '../../../../lib/events/id.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { type ActField, actForm, folded } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, id, more, named, nothing, when } from './parts.ts';

const PATH = '/operator/products';
const query = z.object({
  platform: platformSchema.or(z.literal('')).default(''),
  category: z.string().trim().max(200).default(''),
  supplyId: z.string().trim().max(128).default(''),
  cursor: z.string().max(4_096).optional(),
});

const list = z.object({
  products: z.array(
    z.object({
      ...{ platform: platformSchema, productId: z.string(), merchantId: z.string().nullable() },
      ...{ name: z.string().nullable(), platformName: z.string().nullable() },
      ...{ category: z.string().nullable(), supplyId: z.string().nullable() },
      seenAt: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
type Product = z.infer<typeof list>['products'][number];

/** `GET /operator/products`: what platforms sell, and what the operator says of it: a name, a category, the dish that it is. */
export const productsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'registry:read' },
  async read({ c, ask, typed, viewer }: Desk): Promise<RoomPage> {
    const { cursor, ...kept } = check(query, c.req.query());
    const { products, next } = await ask(
      { path: address('/v1/products', { ...kept, limit: '50', cursor }) },
      list,
    );
    const mayWrite = viewer.principal.permissions.has('registry:write');
    return {
      title: ({ say }) => say('catalogue'),
      note: ({ say }) => say('catalogue.note'),
      main: (speech) => {
        const { say } = speech;
        const filters = filterForm(say, {
          ...{ action: PATH, kept: {} },
          fields: [
            {
              ...{ name: 'platform', label: say('platform'), value: kept.platform },
              choices: ['', ...PLATFORMS].map(
                (one) => [one, one === '' ? say('filter.all') : word(say, one)] as const,
              ),
            },
            { name: 'category', label: say('dimension.category'), value: kept.category },
            { name: 'supplyId', label: say('dimension.supply'), value: kept.supplyId },
          ],
        });
        const rows =
          products.length === 0
            ? nothing(say('catalogue.none'))
            : rowsOf(speech, products, mayWrite ? typed : null);
        const form = mayWrite ? card(say('catalogue.another'), '', anotherForm(speech, typed)) : '';
        return html`${card(say('catalogue'), '', html`${filters}${rows}${more(speech, PATH, kept, next)}`)}${form}`;
      },
    };
  },
  acts: {
    async say({ ask }, { platform = '', productId = '', name = '', category = '', supplyId = '' }) {
      const said = Object.entries({ name, category, supplyId }).filter(([, value]) => value !== '');
      const path = pathOf`/v1/products/${platform}/${productId}`;
      await ask({ method: 'PUT', path, body: Object.fromEntries(said) }, z.unknown());
      return { to: PATH, done: 'done.catalogued' };
    },
  },
};

const SAID = [
  { name: 'name', label: 'catalogue.name' },
  { name: 'category', label: 'dimension.category' },
  { name: 'supplyId', label: 'dimension.supply' },
] as const satisfies readonly ActField[];

/** @param typed null: whoever looks may not write */
function rowsOf({ say }: Speech, rows: readonly Product[], typed: Typed | null): Html {
  const form = ({ platform, productId, name, platformName, category, supplyId }: Product) => {
    if (typed === null) return '—';
    // A name that is the platform's own is not the operator's word.
    const said = { name: name === platformName ? '' : (name ?? ''), category, supplyId };
    const hidden = { platform, productId };
    return folded(
      say,
      'catalogue.say',
      [
        actForm(say, {
          ...{ action: PATH, act: 'say', hidden, submit: 'channels.save', typed },
          fields: SAID.map((field) => ({ ...field, value: said[field.name] ?? '' })),
        }),
      ],
      typed.productId === productId && typed.platform === platform,
    );
  };
  return table<Product>({
    ...{ caption: say('catalogue'), rows },
    columns: [
      {
        ...{ head: say('dimension.product'), role: 'name' },
        cell: ({ name, productId }) => named(name ?? undefined, productId),
      },
      { head: say('platform'), role: 'pair', cell: ({ platform }) => word(say, platform) },
      {
        ...{ head: say('catalogue.platform-name'), role: 'pair', isLow: true },
        cell: ({ platformName }) => platformName ?? '—',
      },
      { head: say('dimension.category'), role: 'pair', cell: ({ category }) => category ?? '—' },
      { head: say('dimension.supply'), role: 'pair', cell: ({ supplyId }) => id(supplyId) },
      { head: say('catalogue.seen'), role: 'pair', cell: ({ seenAt }) => when(seenAt) },
      { head: say('channels.change'), role: 'wide-pair', cell: form },
    ],
  });
}

/** Of a product that was not sold yet. */
function anotherForm({ say }: Speech, typed: Typed): Html {
  const platforms = PLATFORMS.map((one) => [one, word(say, one)] as const);
  return html`<div class="in">${actForm(say, {
    ...{ action: PATH, act: 'say', submit: 'channels.save', typed },
    fields: [
      { name: 'platform', label: 'platform', choices: platforms },
      { name: 'productId', label: 'catalogue.id', isRequired: true },
      ...SAID,
    ],
  })}</div>`;
}
