import { print, printList } from './print.ts';
import { need, pairsOf, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `Lists by the names of GET /v1/attribution-disputes: state (open, restating,
stalled, accepted, refused), from, to, providerId, cursor. Accepting begins
a restatement; record the contract that makes it true before: contracts add.
`;

export const disputes: Verb = { details: DETAILS, run };

const LIST = '/v1/attribution-disputes';

const COLUMNS = ['raisedAt', 'state', 'turn', 'providerId', 'platform', 'voucherId', 'disputeId'];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    platform: { type: 'string' },
    voucher: { type: 'string' },
    reason: { type: 'string' },
    contract: { type: 'string' },
    provider: { type: 'string' },
  });
  const { contract: contractId } = values;
  const [what = '', given] = positionals;
  const one = () => `${LIST}/${encodeURIComponent(need(given, 'the dispute’s id'))}`;
  switch (what) {
    case 'get':
      print(await remote.get(one()));
      return 0;
    case 'raise': {
      const { platform, voucher, reason, provider } = values;
      const whose = provider === undefined ? '' : `?providerId=${encodeURIComponent(provider)}`;
      const body = {
        ...{ platform: need(platform, '--platform'), voucherId: need(voucher, '--voucher') },
        ...{ reason: need(reason, '--reason'), contractId },
      };
      print(await remote.post(`${LIST}${whose}`, body));
      return 0;
    }
    case 'accept':
    case 'refuse': {
      const reason = need(values.reason, '--reason');
      const body = { accept: what === 'accept', reason, contractId };
      print(await remote.post(`${one()}/answer`, body));
      return 0;
    }
    default: {
      const answer = await remote.get(LIST, pairsOf(positionals));
      printList(answer, { rows: 'disputes', columns: COLUMNS, json: values.json });
      return 0;
    }
  }
}
