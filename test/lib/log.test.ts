import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { COUNTED_ALARMS } from '../../infra/aws/alarms.ts';
import { errorFields, logLines } from '../../lib/log/log.ts';
import { METRICS } from '../../lib/log/metrics.ts';
import { redactText } from '../../lib/log/redact.ts';

const ROOT = join(import.meta.dirname, '../..');

function lineOf(what: string, fields: Record<string, string | number>, namespace = 'Hexiao/test') {
  const lines: string[] = [];
  logLines((line) => lines.push(line), 'info', namespace)('warn', what, fields);
  return JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
}

describe('a log line', () => {
  test('that is counted carries the embedded metric format', () => {
    const line = lineOf('signature-rejected', { integration: 'meituan' });

    expect(line).toMatchObject({
      ...{ what: 'signature-rejected', integration: 'meituan', SignatureRejected: 1 },
      _aws: {
        Timestamp: Date.parse(String(line.at)),
        CloudWatchMetrics: [
          {
            Namespace: 'Hexiao/test',
            Dimensions: [[], ['integration']],
            Metrics: [{ Name: 'SignatureRejected', Unit: 'Count' }],
          },
        ],
      },
    });
  });

  test('can carry the value that is measured', () => {
    expect(lineOf('hints-waiting', { oldestSeconds: 90 })).toMatchObject({ OldestHintSeconds: 90 });
    expect(lineOf('hints-waiting', {})).not.toHaveProperty('_aws');
  });

  test('can carry several, each with its unit', () => {
    const line = lineOf('delivery-received', { integration: 'meituan', answerMs: 40 });
    const metrics = (line._aws as { CloudWatchMetrics: { Metrics: object[] }[] }).CloudWatchMetrics;

    expect(line).toMatchObject({ DeliveryReceived: 1, AnswerMs: 40 });
    expect(metrics.flatMap(({ Metrics }) => Metrics)).toEqual([
      { Name: 'DeliveryReceived', Unit: 'Count' },
      { Name: 'AnswerMs', Unit: 'Milliseconds' },
    ]);
  });

  test('is not counted where nothing is, or where there is no namespace', () => {
    expect(lineOf('hints-swept', { sent: 1 })).not.toHaveProperty('_aws');
    expect(lineOf('event-conflict', {}, '')).not.toHaveProperty('_aws');
  });
});

test('everything that is counted is logged somewhere, and every alarm counts something', () => {
  const code = globSync('{lib,functions}/**/*.ts', { cwd: ROOT })
    .filter((path) => !path.startsWith('lib/log/'))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
  const isLogged = (what: string) =>
    code.includes(`'${what}'`) ||
    // The one that is put together: record.ts logs `delivery-${outcome}`.
    (what.startsWith('delivery-') && /`delivery-\$\{outcome\}`/.test(code));

  expect(Object.keys(METRICS).filter((what) => !isLogged(what))).toEqual([]);
  const names: string[] = Object.values(METRICS).flatMap(({ metrics }) =>
    metrics.map(({ name }) => name),
  );
  expect(COUNTED_ALARMS.filter(({ metric }) => !names.includes(metric))).toEqual([]);
});

describe('what slips into a log', () => {
  test.each([
    ['Authorization: Bearer hxp_abcDEF-123', 'abcDEF'],
    ['the token hxo_abcdef', 'abcdef'],
    ['GET /x?access_token=act.1234&page=2', 'act.1234'],
    ['{"client_secret":"s3cret","a":1}', 's3cret'],
    ['call 13812345678 about it', '13812345678'],
    ['+86 13812345678', '13812345678'],
    ['event_13812345678', '13812345678'],
    ['13812345678_of_somebody', '13812345678'],
    ['It was 13812345678.', '13812345678'],
  ])('is made unreadable, also by the logger itself: %s', (text, secret) => {
    expect(redactText(text)).not.toContain(secret);
    const lines: string[] = [];
    logLines((line) => lines.push(line), 'info', '')('warn', 'x', { reason: text, count: 1 });
    expect(lines.join()).not.toContain(secret);
    expect(lines.join()).toContain('"count":1');
  });

  test('as a name that came with what was read is not kept: an error says where, in words of ours', () => {
    const schema = z.record(z.string(), z.object({ amountFen: z.int() }));
    const { error } = schema.safeParse({ 'call 13812345678': { amountFen: 'x' } });
    expect(errorFields(error)).toMatchObject({ reason: 'invalid_type at ?.amountFen' });
  });

  test.each([
    'order 7300000000000000001 of 1382026112100012345',
    'deliveryId 13812345678abcdef13812345678abcdef',
    'expected 1759276800000, got 12.5',
    'the app is unknown',
  ])('is left as it is where it is no secret: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});
