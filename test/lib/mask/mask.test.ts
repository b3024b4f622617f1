import { describe, expect, test } from 'vitest';
import { mask } from '../../../lib/mask/mask.ts';
import { maskBody } from '../../../lib/mask/mask-body.ts';
import { maskTexts } from '../../../lib/mask/mask-texts.ts';

describe('the fixed forms', () => {
  test.each([
    ['phone', '18612340001', '186****0001'],
    ['phone', '186 1234 0001', '186****0001'],
    ['phone', '186****0001', '186****0001'],
    ['phone', '10086', '****'],
    ['name', '赵敏', '赵**'],
    ['name', '欧阳锋', '欧**'],
    ['name', '𠮷田', '𠮷**'],
    ['name', 'Alice Wang', 'A**'],
    ['email', 'wang@example.com', 'w***@example.com'],
    ['email', 'no address', '****'],
    ['id', '_000AbCdEfGhIjKl', '_00****IjKl'],
    ['id', '48219374', '****'],
    [
      'text',
      '买家 18612340001 说已退，写到 wang@example.com',
      '买家 186****0001 说已退，写到 w***@example.com',
    ],
    ['text', '+86 186-1234-0001', '+86 186****0001'],
    ['text', 'order 1052000018612340001 stays', 'order 1052000018612340001 stays'],
    ['phone', '', ''],
    ['name', '', ''],
  ] as const)('%s: %s is shown as %s', (what, text, shown) => {
    expect(mask(what, text)).toBe(shown);
    // Shown once more, it says no more and no less.
    expect(mask(what, shown)).toBe(shown);
  });
});

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a body to be looked at', () => {
  const phone = '18612340001';
  const body = {
    event: 'order_pay_success',
    content: JSON.stringify({
      order: {
        order_id: '1052000001234567',
        pay_amount: 9900,
        price: '99.00',
        pay_time: 1_762_141_800,
      },
      buyer: { nick_name: '赵敏', mobile: phone, open_id: '_000AbCdEfGhIjKl', age: 33 },
      certificates: [{ code: '482193740012', encrypted_code: 'CgYIASAHKAE' }],
      unheard_of: ['静安寺路 12 号', `call ${phone}`, Number(phone), true, null],
      [phone]: 1,
    }),
  };

  test('keeps its names, words, amounts and times, and nothing that may be a person’s or a code', () => {
    const shown = maskBody(bytes(JSON.stringify(body)));
    expect(shown).toEqual({
      event: 'order_pay_success',
      content: {
        order: {
          order_id: '105****4567',
          pay_amount: 9900,
          price: '99.00',
          pay_time: 1_762_141_800,
        },
        buyer: { nick_name: '赵**', mobile: '186****0001', open_id: '_00****IjKl', age: 33 },
        certificates: [{ code: '482****0012', encrypted_code: '****' }],
        unheard_of: ['静**', 'cal****0001', '****', true, null],
        '****': 1,
      },
    });
    for (const kept of [phone, '赵敏', 'AbCd', '482193740012', 'CgYI', '静安']) {
      expect(JSON.stringify(shown)).not.toContain(kept);
    }
  });

  test('is read as a form too, with the JSON in it', () => {
    const form = new URLSearchParams({
      businessId: '58',
      message: JSON.stringify({ mobile: phone }),
    });
    expect(maskBody(bytes(form.toString()))).toEqual({
      ...{ businessId: '58', message: { mobile: '186****0001' } },
    });
  });

  test('is not shown at all where nobody can tell what of it is whose', () => {
    expect(maskBody(bytes('赵敏 18612340001'))).toBeNull();
    expect(maskBody(Uint8Array.of(0xff, 0xfe, 0x00))).toBeNull();
    expect(maskBody(bytes('{"mobile":"18612340001"'))).toBeNull();
  });
});

test('what the trail keeps has no phone number and no mail address, and its ids whole', () => {
  const change = {
    reason: '买家 18612340001',
    merchantId: '18612340001',
    creatorIds: ['18612340001'],
  };
  expect(maskTexts([change, null, 3])).toEqual([
    { ...change, reason: '买家 186****0001' },
    null,
    3,
  ]);
});
