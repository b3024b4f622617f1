import * as z from 'zod';
import { check } from '../input.ts';
import { fileList, listShape } from './parts/list.ts';
import { peopleActs, peopleLists, peopleView, readPeople } from './people.ts';
import type { Desk, Room, RoomPage } from './room.ts';

const PATH = '/team';

/** `GET /team`: a provider's own people and tokens, for its owner. */
export const teamPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'members:manage' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const people = await readPeople(ask);
    const query = check(z.object(listShape), c.req.query());
    const place = { path: PATH, query, providerId: undefined, isOperators: false, typed };
    const lists = peopleLists(people, place);
    return {
      title: ({ say }) => say('team'),
      note: ({ say }) => say('team.note'),
      files: { name: 'team', lists: [fileList(lists.members), fileList(lists.tokens)] },
      main: (speech) => peopleView(speech, lists, place),
    };
  },
  acts: peopleActs(PATH),
};
