import { readFile } from 'node:fs/promises';
import { ads } from './ads.ts';
import { print, printList } from './print.ts';
import { type Answer, need, pairsOf, typedFor } from './remote.ts';
import { programme, standing } from './standing.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `Lists by the names of GET /v1/leads: stage (lead, contacted, authorised,
contracted, first_redemption), follower, cursor, providerId. add and change
take the fields of its body: name, city, category, source, platform,
merchantId, followerId; change also note, lostBecause and stage=contacted.
Authorised, contracted and first_redemption come of what happens alone.
ads map takes providerId, platform, merchantId and stores=ID,ID; ads spend
takes from, to and by (day, store, merchant, account). roiBp is redeemed GMV
to spend less rebate and cash, in 1/10000. A programme is the JSON body of
PUT /v1/programmes/{programmeId}; standing without an id lists them.
`;

/** What a provider does to have more merchants. */
export const growth: Verb = { details: DETAILS, run };

const LEADS = '/v1/leads';

const COLUMNS = ['leadId', 'stage', 'name', 'city', 'category', 'followerId', 'createdAt'];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    provider: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  });
  const [what = '', act = '', ...rest] = positionals;
  const whose = values.provider === undefined ? {} : { providerId: values.provider };
  const at = (path: string, query: Record<string, string> = {}) => {
    const text = new URLSearchParams({ ...whose, ...query }).toString();
    return text === '' ? path : `${path}?${text}`;
  };
  if (what === 'ads') {
    return ads(remote, act === '' ? rest : [act, ...rest], values, whose);
  }
  const given = act === '' ? rest : [act, ...rest];
  if (what === 'standing') return standing(remote, given, whose, values.json);
  if (what === 'programme') return programme(remote, given);
  if (what !== 'leads') {
    throw new UsageError('Say what: leads, ads, standing or programme.');
  }
  switch (act) {
    case 'get':
      print(await remote.get(at(oneOf(rest[0]))));
      return 0;
    case 'add':
      print(await remote.post(at(LEADS), pairsOf(rest)));
      return 0;
    case 'change': {
      const [leadId, ...changes] = rest;
      print(await remote.patch(at(oneOf(leadId)), pairsOf(changes)));
      return 0;
    }
    case 'funnel': {
      const answer = await remote.get(at('/v1/lead-funnel', pairsOf(rest)));
      const columns = ['stage', 'reached', 'ofAllBp', 'ofBeforeBp', 'medianDays'];
      printList(answer, { rows: 'stages', columns, json: values.json });
      return 0;
    }
    case 'import': {
      const content = new Uint8Array(await readFile(need(rest[0], 'the file')));
      const path = at(`${LEADS}/imports`, values['dry-run'] ? { dryRun: 'true' } : {});
      const answer = await remote.postFile(path, 'application/octet-stream', content);
      return toldOf(answer, values.json);
    }
    default: {
      const pairs = pairsOf(act === '' ? rest : [act, ...rest]);
      const answer = await remote.get(at(LEADS, pairs));
      printList(answer, { rows: 'leads', columns: COLUMNS, json: values.json });
      return 0;
    }
  }
}

const oneOf = (leadId: string | undefined) =>
  `${LEADS}/${encodeURIComponent(need(leadId, 'the lead’s id'))}`;

/** @returns 1 when any line was refused */
function toldOf(answer: Answer, json: boolean | undefined): number {
  if (json === true) print(answer);
  else {
    printList(answer, { rows: 'refused', columns: ['line', 'reason'], json: false });
    process.stdout.write(`${String(answer.entered)} of ${String(answer.lines)} lines entered\n`);
  }
  return Array.isArray(answer.refused) && answer.refused.length > 0 ? 1 : 0;
}
