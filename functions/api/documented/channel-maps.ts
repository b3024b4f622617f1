import * as z from 'zod';
import { channelSchema } from '../../../lib/events/channel.ts';
import { channelMapSchema } from '../../../lib/events/channel-map.ts';
import { reportedWordSchema } from '../../../lib/store/accounts/channel-maps.ts';
import { channelMapGet, channelMapPut } from '../routes/channel-maps.ts';
import type { Documented } from './documented.ts';

const version = channelMapSchema.strict().meta({ id: 'ChannelMap' });

const map = [
  { raw: '直播-自播', channel: 'self_live' },
  { raw: '服务号', channel: 'service_account' },
] as const;

export const channelMaps: readonly Documented[] = [
  {
    contract: channelMapPut,
    tag: 'registering',
    summary: 'Say which channels an app’s own words for them are',
    description:
      'The whole map; the version before it stays in the log, with who said it and when. It holds for what is recorded ' +
      'from then on, some seconds later at the latest. What was recorded before is not changed by it: a restatement ' +
      '(`POST /v1/restatements`) attributes a window again with the map that is known then. A word that is not in the ' +
      'map stays what the integration reads in it, and `unknown` where it reads nothing. A contract for `live` covers ' +
      '`self_live` and `creator_live`, one for `store_page` covers `poi_page` and `shop`. The same map again is no new version.',
    answers: { 200: { json: version } },
    example: { map },
  },
  {
    contract: channelMapGet,
    tag: 'registering',
    summary: 'An app’s channel map, the words that it sent, and who changed what when',
    answers: {
      200: {
        json: z.strictObject({
          integration: z.string(),
          appKey: z.string(),
          map: version.shape.map,
          words: z
            .array(reportedWordSchema.extend({ channel: channelSchema }).strict())
            .describe(
              'The words that came, each with what the integration reads in it and what it counts as now.',
            ),
          versions: z.array(version).describe('Newest first.'),
        }),
      },
    },
  },
];
