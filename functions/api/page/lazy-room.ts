import { Problem } from '../../../lib/errors/problem.ts';
import type { Desk, Room } from './room.ts';

type Place = Pick<Room, 'path' | 'is' | 'needs'>;

/**
 * A room whose code is loaded when somebody opens it: the API's start does not wait for it.
 * @param acts the names of what its forms do; a test holds them and the place to those of the room itself
 */
export function lazyRoom(
  place: Place,
  acts: readonly string[],
  load: () => Promise<Room>,
): Room & { readonly load: () => Promise<Room> } {
  const lazily = (name: string) => async (desk: Desk, typed: Desk['typed']) => {
    const act = (await load()).acts?.[name];
    if (act === undefined) throw new Problem('internal', `The page has no form ${name}.`);
    return act(desk, typed);
  };
  return {
    ...place,
    read: async (desk) => (await load()).read(desk),
    ...(acts.length === 0
      ? {}
      : { acts: Object.fromEntries(acts.map((name) => [name, lazily(name)])) }),
    load,
  };
}
