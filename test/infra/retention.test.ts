import { expect, test } from 'vitest';
import { resourcesOf } from '../../infra/aws/checks/template.ts';
import { templateOf } from './template-of.ts';

const valueIn = (name: string, settings?: object) =>
  new RegExp(`"${name}":"(\\d+)"`).exec(JSON.stringify(templateOf('kept', settings)))?.[1];

test('the trail of changes is kept for as long as the stage says, half a year at least', () => {
  expect(valueIn('AUDIT_DAYS')).toBe('1096');
  expect(valueIn('AUDIT_DAYS', { auditDays: 183 })).toBe('183');
  expect(() => templateOf('kept', { auditDays: 182 })).toThrow(/auditDays/);
});

test('raw bodies are kept for as long as the stage says, longer than a hint may wait', () => {
  expect(valueIn('BODY_DAYS')).toBe('90');
  expect(valueIn('BODY_DAYS', { bodyDays: 30 })).toBe('30');
  expect(() => templateOf('kept', { bodyDays: 29 })).toThrow(/bodyDays/);
});

test('dead letters are kept for as long as the stage says, never shorter than their queue keeps them', () => {
  const daysOf = (settings?: object) =>
    resourcesOf(templateOf('kept', settings), 'AWS::SQS::Queue').map(
      ([, { Properties }]) => Number(Properties.MessageRetentionPeriod) / 86_400,
    );
  const toldOf = (settings?: object) =>
    resourcesOf(templateOf('kept', settings), 'AWS::CloudWatch::Alarm').flatMap(
      ([id, { Properties }]) => (/deadlettersold/i.test(id) ? [Properties.Threshold] : []),
    );
  expect(daysOf()).toEqual([14, 14, 14, 14, 14, 14]);
  expect(toldOf()).toEqual([7 * 86_400, 7 * 86_400, 7 * 86_400]);
  expect(daysOf({ messageDays: 5 })).toEqual([5, 5, 5, 5, 5, 5]);
  expect(toldOf({ messageDays: 5 })).toEqual([2 * 86_400, 2 * 86_400, 2 * 86_400]);
  expect(() => templateOf('kept', { messageDays: 15 })).toThrow(/messageDays/);
});
