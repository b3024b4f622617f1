import { peopleActs, peopleView, readPeople } from './people.ts';
import type { Desk, Room, RoomPage } from './room.ts';

const PATH = '/team';

/** `GET /team`: a provider's own people and tokens, for its owner. */
export const teamPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'members:manage' },
  async read({ ask, typed }: Desk): Promise<RoomPage> {
    const people = await readPeople(ask);
    const place = { path: PATH, providerId: undefined, isOperators: false, typed };
    return {
      title: ({ say }) => say('team'),
      note: ({ say }) => say('team.note'),
      main: (speech) => peopleView(speech, people, place),
    };
  },
  acts: peopleActs(PATH),
};
