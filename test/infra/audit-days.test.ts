import { expect, test } from 'vitest';
import { templateOf } from './template-of.ts';

const daysIn = (settings?: object) =>
  /"AUDIT_DAYS":"(\d+)"/.exec(JSON.stringify(templateOf('trail', settings)))?.[1];

test('the trail of changes is kept for as long as the stage says, half a year at least', () => {
  expect(daysIn()).toBe('1096');
  expect(daysIn({ auditDays: 183 })).toBe('183');
  expect(() => daysIn({ auditDays: 182 })).toThrow(/auditDays/);
});
