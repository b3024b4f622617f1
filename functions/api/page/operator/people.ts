import { html } from 'hono/html';
import * as z from 'zod';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { table } from '../parts/table.ts';
import { peopleActs, peopleView, readPeople } from '../people.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, id, inside, nothing } from './parts.ts';

const PATH = '/operator/people';
const query = z.object({ providerId: z.string().max(128).optional() });
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
    const { providerId = typed.providerId } = check(query, c.req.query());
    const whose = providerId || undefined;
    const [people, { providers }] = await Promise.all([
      readPeople(ask, whose),
      ask({ path: '/v1/providers?limit=200' }, providersList),
    ]);
    const name = providers.find((one) => one.providerId === whose)?.name ?? whose;
    return {
      title: ({ say }) => name ?? say('operator.people'),
      ...(whose === undefined
        ? {}
        : { crumb: ({ say }: Speech) => html`<a href="${PATH}">${say('operator.people')}</a>` }),
      note: ({ say }) =>
        say(whose === undefined ? 'operator.people.note' : 'operator.people.theirs'),
      main: (
        speech,
      ) => html`${peopleView(speech, people, { path: PATH, providerId: whose, isOperators: whose === undefined, typed })}
${whose === undefined ? providersCard(speech, providers, typed) : ''}`,
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

function providersCard(
  { say }: Speech,
  providers: readonly Provider[],
  typed: Desk['typed'],
): Html {
  const rows = table<Provider>({
    ...{ caption: say('operator.providers'), rows: providers },
    columns: [
      {
        head: say('people.name'),
        role: 'name',
        cell: ({ providerId, name }) =>
          html`<a href="${address(PATH, { providerId })}">${name}</a>`,
      },
      { head: say('operator.provider-id'), role: 'pair', cell: ({ providerId }) => id(providerId) },
      { head: say('kind'), role: 'second', cell: ({ kind }) => word(say, `provider.${kind}`) },
    ],
  });
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
    html`${providers.length === 0 ? nothing(say('operator.providers.none')) : rows}${inside(form)}`,
  );
}
