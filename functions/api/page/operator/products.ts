import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS, platformSchema } from '../../../../lib/events/id.ts';
import { wordIn } from '../../../../lib/i18n/both.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { type ActField, actForm, folded } from '../parts/act-form.ts';
import {
  fileList,
  type List,
  type ListColumn,
  listShape,
  listView,
  readList,
} from '../parts/list.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, id, named, when } from './parts.ts';

const PATH = '/operator/products';
const query = z.object({
  platform: platformSchema.or(z.literal('')).default(''),
  category: z.string().trim().max(200).default(''),
  supplyId: z.string().trim().max(128).default(''),
  ...listShape,
});

const catalogue = z.object({
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
type Product = z.infer<typeof catalogue>['products'][number];

/** `GET /operator/products`: what platforms sell, and what the operator says of it: a name, a category, the dish that it is. */
export const productsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'registry:read' },
  async read({ c, ask, typed, viewer }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { platform, category, supplyId } = asked;
    const kept = { platform, category, supplyId };
    const read = async (cursor: string | undefined) => {
      const path = address('/v1/products', { ...kept, cursor });
      const { products, next } = await ask({ path }, catalogue);
      return { rows: products, next };
    };
    const mayWrite = viewer.principal.permissions.has('registry:write');
    const list: List<Product> = {
      ...{ name: '', path: PATH, query: asked, kept, caption: 'catalogue' },
      ...(await readList(asked, '', read)),
      fields: (say) => [
        {
          ...{ name: 'platform', label: say('platform'), value: platform },
          choices: ['', ...PLATFORMS].map(
            (one) => [one, one === '' ? say('filter.all') : word(say, one)] as const,
          ),
        },
        { name: 'category', label: say('dimension.category'), value: category },
        { name: 'supplyId', label: say('dimension.supply'), value: supplyId },
      ],
      columns: (speech) => columns(speech, mayWrite ? typed : null),
    };
    return {
      title: ({ say }) => say('catalogue'),
      note: ({ say }) => say('catalogue.note'),
      files: { name: 'products', lists: [fileList(list)] },
      main: (speech) => {
        const { say } = speech;
        const form = mayWrite ? card(say('catalogue.another'), '', anotherForm(speech, typed)) : '';
        return html`${card(say('catalogue'), '', listView(speech, list, say('catalogue.none')))}${form}`;
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
function columns({ say }: Speech, typed: Typed | null): ListColumn<Product>[] {
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
  return [
    {
      ...{ word: 'dimension.product', by: 'name', role: 'name', value: ({ name }) => name },
      cell: ({ name, productId }) => named(name ?? undefined, productId),
    },
    {
      word: 'catalogue.id',
      isHidden: true,
      role: 'pair',
      value: ({ productId }) => ({ id: productId }),
      cell: () => '',
    },
    {
      ...{ word: 'platform', by: 'platform', role: 'pair', value: (one) => wordIn(one.platform) },
      cell: ({ platform }) => word(say, platform),
    },
    {
      ...{ word: 'catalogue.platform-name', by: 'platform-name', role: 'pair', isLow: true },
      ...{ value: (one) => one.platformName, cell: ({ platformName }) => platformName ?? '—' },
    },
    {
      ...{ word: 'dimension.category', by: 'category', role: 'pair' },
      ...{ value: (one) => one.category, cell: ({ category }) => category ?? '—' },
    },
    {
      ...{ word: 'dimension.supply', by: 'supply', role: 'pair' },
      ...{ value: (one) => one.supplyId, cell: ({ supplyId }) => id(supplyId) },
    },
    {
      ...{ word: 'catalogue.seen', by: 'seen', role: 'pair', value: (one) => one.seenAt },
      cell: ({ seenAt }) => when(seenAt),
    },
    { word: 'channels.change', role: 'wide-pair', cell: form },
  ];
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
