import { douyinLifeDoor } from './douyin-life/door.ts';
import { douyinMiniappDoor } from './douyin-miniapp/door.ts';
import type { Door } from './integration.ts';
import { kuaishouLifeDoor } from './kuaishou-life/door.ts';
import { kuaishouMiniappDoor } from './kuaishou-miniapp/door.ts';
import { kuaishouShopDoor } from './kuaishou-shop/door.ts';
import { meituanDoor } from './meituan/door.ts';

/**
 * The integrations as `ingest` sees them. A list of its own, because a list of whole integrations
 * would bring every platform client into the function that must start fastest.
 */
export const DOORS: readonly Door[] = [
  douyinLifeDoor,
  douyinMiniappDoor,
  kuaishouLifeDoor,
  kuaishouMiniappDoor,
  kuaishouShopDoor,
  meituanDoor,
];

const byName = new Map(DOORS.map((door) => [door.name, door]));

export function findDoor(name: string): Door | undefined {
  return byName.get(name);
}
