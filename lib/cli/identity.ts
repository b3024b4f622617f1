import { readFile } from 'node:fs/promises';
import { print } from './print.ts';
import { need, type Remote } from './remote.ts';
import { UsageError } from './verb.ts';

/** `access identity show MEMBER_ID`, `access identity revoke CODE_ID`, `access identity photo MEMBER_ID FILE`. */
export async function identity(
  remote: Remote,
  [what, id, file]: readonly (string | undefined)[],
  { provider, minutes }: { readonly provider?: string; readonly minutes?: string },
): Promise<number> {
  const whose = provider === undefined ? '' : `?providerId=${encodeURIComponent(provider)}`;
  switch (what ?? '') {
    case 'show': {
      const of = { memberId: need(id, 'the member’s id') };
      const body = minutes === undefined ? of : { ...of, minutes: Number(minutes) };
      print(await remote.post(`/v1/identity-codes${whose}`, body));
      return 0;
    }
    case 'revoke': {
      const codeId = encodeURIComponent(need(id, 'the code’s id'));
      await remote.delete(`/v1/identity-codes/${codeId}${whose}`);
      return 0;
    }
    case 'photo': {
      const memberId = encodeURIComponent(need(id, 'the member’s id'));
      const content = new Uint8Array(await readFile(need(file, 'the file')));
      const sent = { type: 'application/octet-stream', content };
      print(JSON.parse(await remote.text('PUT', `/v1/members/${memberId}/photo`, sent)));
      return 0;
    }
    default:
      throw new UsageError('Say identity show, revoke or photo.');
  }
}
