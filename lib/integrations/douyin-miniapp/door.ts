import type { Door } from '../integration.ts';
import { acknowledge, handshake } from './acknowledge.ts';
import { signedBytes, verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const douyinMiniappDoor: Door = {
  name: 'douyin-miniapp',
  platform: 'douyin',
  handshake,
  verify,
  signedBytes,
  acknowledge,
};
