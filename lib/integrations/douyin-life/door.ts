import type { Door } from '../integration.ts';
import { acknowledge, handshake } from './acknowledge.ts';
import { verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const douyinLifeDoor: Door = {
  name: 'douyin-life',
  platform: 'douyin',
  handshake,
  verify,
  signedBytes: (request) => request.body,
  acknowledge,
};
