import { access } from './access.ts';
import { adSpend } from './ad-spend.ts';
import { channelMaps } from './channel-maps.ts';
import { consoleContracts, consoleDimensions } from './console-dimensions.ts';
import { consolePages } from './console-pages.ts';
import { consoleRooms } from './console-rooms.ts';
import { contracts } from './contracts.ts';
import { disputes } from './disputes.ts';
import type { Documented } from './documented.ts';
import { exporting } from './exports.ts';
import { identity } from './identity.ts';
import { imports } from './imports.ts';
import { leads } from './leads.ts';
import { outside } from './outside.ts';
import { products } from './products.ts';
import { reading } from './reading.ts';
import { reconciling } from './reconciliations.ts';
import { registering } from './registering.ts';
import { registry } from './registry.ts';
import { restating } from './restating.ts';
import { running } from './running.ts';
import { settling } from './settling.ts';
import { standing } from './standing.ts';
import { webhooks } from './webhooks.ts';

/** Every address that is answered; a test holds it to the routes. */
export const DOCUMENTED: readonly Documented[] = [
  ...outside,
  ...access,
  ...identity,
  ...consolePages,
  ...consoleDimensions,
  consoleContracts,
  ...consoleRooms,
  ...registering,
  ...registry,
  ...channelMaps,
  ...products,
  ...contracts,
  ...reading,
  ...imports,
  ...exporting,
  ...leads,
  ...adSpend,
  ...standing,
  ...restating,
  ...settling,
  ...disputes,
  ...reconciling,
  ...running,
  ...webhooks,
];
