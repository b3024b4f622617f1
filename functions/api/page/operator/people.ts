import { html } from 'hono/html';
import * as z from 'zod';
import { wordIn } from '../../../../lib/i18n/both.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { fileList, type List, type ListColumn, listShape, listView } from '../parts/list.ts';
import { peopleActs, peopleLists, peopleView, readPeople } from '../people.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, id, inside } from './parts.ts';

const PATH = '/operator/people';
const query = z.object({ ...listShape, providerId: z.string().max(128).optional() });
const KINDS = ['agency', 'saas', 'dev', 'supply'] as const;

const provider = z.object({ providerId: z.string(), name: z.string(), kind: z.string() });
export const providersList = z.object({
  providers: z.array(provider),
  next: z.string().nullable(),
});
type Provider = z.infer<typeof provider>;

/** `GET /operator/people`: the operators, or one provider's people; and the providers. */
export const operatorPeoplePage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'members:manage' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { providerId = typed.providerId } = asked;
    const whose = providerId || undefined;
    const [people, { providers }] = await Promise.all([
      readPeople(ask, whose),
      ask({ path: '/v1/providers?limit=200' }, providersList),
    ]);
    const isOperators = whose === undefined;
    const place = { path: PATH, query: asked, providerId: whose, isOperators, typed };
    const lists = peopleLists(people, place);
    const all: List<Provider> = {
      ...{ name: 'providers', path: PATH, query: asked, rows: providers, next: null },
      ...{ caption: 'operator.providers', columns: providerColumns },
    };
    const files = [fileList(lists.members), fileList(lists.tokens)];
    const name = providers.find((one) => one.providerId === whose)?.name ?? whose;
    return {
      title: ({ say }) => name ?? say('operator.people'),
      ...(whose === undefined
        ? {}
        : { crumb: ({ say }: Speech) => html`<a href="${PATH}">${say('operator.people')}</a>` }),
      note: ({ say }) =>
        say(whose === undefined ? 'operator.people.note' : 'operator.people.theirs'),
      files: { name: 'people', lists: isOperators ? [...files, fileList(all)] : files },
      main: (speech) => html`${peopleView(speech, lists, place)}
${isOperators ? providersCard(speech, all, typed) : ''}`,
    };
  },
  acts: {
    ...peopleActs(PATH),
    async 'put-provider'({ ask }, { newId = '', name, kind }) {
      const path = pathOf`/v1/providers/${newId}`;
      await ask({ method: 'PUT', path, body: { name, kind } }, z.unknown());
      return { to: PATH, done: 'done.kept' };
    },
  },
};

function providerColumns({ say }: Speech): ListColumn<Provider>[] {
  return [
    {
      ...{ word: 'people.name', by: 'name', role: 'name', value: ({ name }) => name },
      cell: ({ providerId, name }) => html`<a href="${address(PATH, { providerId })}">${name}</a>`,
    },
    {
      ...{ word: 'operator.provider-id', by: 'id', role: 'pair' },
      value: ({ providerId }) => ({ id: providerId }),
      cell: ({ providerId }) => id(providerId),
    },
    {
      ...{ word: 'kind', by: 'kind', role: 'second' },
      value: ({ kind }) => wordIn(`provider.${kind}`),
      cell: ({ kind }) => word(say, `provider.${kind}`),
    },
  ];
}

function providersCard(speech: Speech, all: List<Provider>, typed: Desk['typed']): Html {
  const { say } = speech;
  const form = actForm(say, {
    ...{ action: PATH, act: 'put-provider', submit: 'operator.provider.add', typed },
    fields: [
      { name: 'newId', label: 'operator.provider-id', isRequired: true },
      { name: 'name', label: 'people.name', isRequired: true },
      {
        name: 'kind',
        label: 'kind',
        choices: KINDS.map((kind) => [kind, word(say, `provider.${kind}`)] as const),
      },
    ],
  });
  return card(
    say('operator.providers'),
    '',
    html`${listView(speech, all, say('operator.providers.none'))}${inside(form)}`,
  );
}
