import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { thirdPartyBody } from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import { decrypt } from '../../../lib/integrations/douyin-miniapp/third-party.ts';
import { app, readText, sample } from './support.ts';

const KEYS = { ...sample('third-party-ticket'), token: 't' };
const OTHER_KEY = sample('third-party-ticket-sdk').encodingAesKey;
const STAMP = { timestamp: '1535551395', nonce: '4464221' };

const encryptOf = (body: string) => (JSON.parse(body) as { Encrypt: string }).Encrypt;

const readEvent = (event: object, settings = {}, keys = [KEYS.encodingAesKey]) =>
  readText(thirdPartyBody(KEYS, event, STAMP), app({ thirdPartyAesKey: keys }, settings));

describe('a third-party event', () => {
  test.each(['third-party-ticket', 'third-party-ticket-sdk'])(
    'of %s opens to the documented text and app',
    (name) => {
      const { body, encodingAesKey, plain, appId } = sample(name);
      const opened = decrypt(encryptOf(body), encodingAesKey);
      expect(Buffer.from(opened?.content ?? []).toString('utf8')).toBe(plain);
      expect(opened?.appId).toBe(appId);
    },
  );

  test.each([
    'AUTHORIZED',
    'UPDATE_AUTHORIZED',
    'UNAUTHORIZED',
    'BIND_AWEME_USER',
    'SELT_MOUNT_BIND',
    'PACKAGE_AUDIT',
    'MODIFY_APP_NAME',
  ])('%s is kept', (Event) => {
    expect(readEvent({ Event, AppId: 'tt1', TpAppId: KEYS.appId })).toEqual({
      outcome: 'kept',
      kind: `third-party/${Event}`,
    });
  });

  test('nobody knows is parked, and one without a name is quarantined', () => {
    expect(readEvent({ Event: 'BRAND_NEW' }).outcome).toBe('unknown');
    expect(readEvent({ event: 'PUSH' }).outcome).toBe('malformed');
    expect(readEvent([]).outcome).toBe('malformed');
  });

  test('opens with every live key, and not with a withdrawn one', () => {
    expect(readEvent({ Event: 'PUSH' }, {}, [OTHER_KEY, KEYS.encodingAesKey]).outcome).toBe('kept');
    expect(readEvent({ Event: 'PUSH' }, {}, [OTHER_KEY]).outcome).toBe('malformed');
    expect(readEvent({ Event: 'PUSH' }, {}, []).outcome).toBe('malformed');
  });

  test('of another third-party app is quarantined where the operator named his', () => {
    expect(readEvent({ Event: 'PUSH' }, { thirdPartyAppId: KEYS.appId }).outcome).toBe('kept');
    expect(readEvent({ Event: 'PUSH' }, { thirdPartyAppId: 'tt2' }).outcome).toBe('malformed');
  });

  test('opens whatever its length, with paddings of 1 to 32 bytes', () => {
    for (let length = 0; length < 40; length += 1) {
      const event = { Event: 'PUSH', x: 'x'.repeat(length) };
      expect(readEvent(event).outcome).toBe('kept');
    }
  });

  test('with a changed byte or none opens to nothing that throws', () => {
    const bytes = Buffer.from(encryptOf(sample('third-party-ticket').body), 'base64');
    fc.assert(
      fc.property(fc.nat(bytes.byteLength - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const broken = Buffer.from(bytes);
        broken[at] = (broken[at] ?? 0) ^ by;
        for (const cut of [broken, broken.subarray(0, at), broken.subarray(0, at - (at % 16))]) {
          const body = JSON.stringify({ Encrypt: cut.toString('base64') });
          const reading = readText(body, app({ thirdPartyAesKey: [KEYS.encodingAesKey] }));
          expect(['kept', 'unknown', 'malformed']).toContain(reading.outcome);
        }
      }),
    );
  });

  test.each(['', '!', 'AAAA', null, 1, {}])('with %j for its text is quarantined', (Encrypt) => {
    const body = JSON.stringify({ Encrypt, MsgSignature: 'x' });
    expect(readText(body, app({ thirdPartyAesKey: [KEYS.encodingAesKey] })).outcome).toBe(
      'malformed',
    );
  });
});
