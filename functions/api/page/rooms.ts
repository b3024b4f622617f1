import type { Hono } from 'hono';
import type { ApiDeps } from '../deps.ts';
import { compressed } from './compress.ts';
import { forSignedIn } from './guard.ts';
import { answerRoom, sendForm } from './room.ts';
import { ROOMS } from './room-list.ts';
import { turnTheme } from './theme.ts';

/** The pages with forms: each reads and acts through the API, as whoever is signed in. */
export function rooms(api: Hono, deps: ApiDeps): void {
  for (const room of ROOMS) {
    api.get(room.path, async (c) => {
      const turned = turnTheme(c);
      if (turned !== undefined) return turned;
      const answer = await forSignedIn(c, deps, room, (viewer) =>
        answerRoom(c, { api, deps, room, viewer }),
      );
      return compressed(c, answer);
    });
    if (room.acts === undefined) continue;
    api.post(room.path, (c) =>
      forSignedIn(c, deps, room, (viewer) => sendForm(c, { api, deps, room, viewer })),
    );
  }
}
