import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { regionTraits } from '../../infra/aws/regions.ts';
import { readStage } from '../../infra/aws/settings.ts';
import { quotasToAsk, sizeOf, sustainedBy, THROUGHPUTS } from '../../infra/aws/throughput.ts';
import { withThroughputs } from '../../infra/aws/throughput-page.ts';
import { FUNCTIONS } from '../../infra/topology.ts';
import { templateOf } from './template-of.ts';

const virginia = regionTraits('us-east-1');
const ningxia = regionTraits('cn-northwest-1');

const GRANTED = { apiRate: 50_000, apiBurst: 50_000, tableUnits: 400_000, concurrency: 5_000 };

function resourceOf(template: ReturnType<typeof templateOf>, type: string) {
  return Object.values(template.Resources)
    .filter((one) => one.Type === type)
    .map(({ Properties }) => Properties as Record<string, unknown>);
}

const sorted = (counts: readonly unknown[]) => counts.map(Number).toSorted((a, b) => a - b);

describe('a throughput', () => {
  test.each(THROUGHPUTS)('of %i has workers that carry it', (throughput) => {
    const { workers, throttle } = sizeOf(throughput);
    expect(sustainedBy(workers)).toBeGreaterThanOrEqual(throughput);
    expect(throttle.rate).toBeGreaterThanOrEqual(2 * throughput);
  });

  test('that nobody sets is what the topology has', () => {
    const { workers } = sizeOf(50);
    for (const { folder, consumes } of FUNCTIONS) {
      if (consumes !== undefined) expect(workers[folder], folder).toBe(consumes.maxConcurrency);
    }
  });

  test('of 500 sets workers, their reservations, the throttle and the table of the template', () => {
    const template = templateOf('big', { throughput: 500 }, 'us-east-1');
    const { workers, throttle, warm } = sizeOf(500);
    const wanted = sorted([workers.normalize, workers.attribute, workers.notify]);
    const mappings = resourceOf(template, 'AWS::Lambda::EventSourceMapping').map(
      ({ ScalingConfig }) => (ScalingConfig as { MaximumConcurrency: number }).MaximumConcurrency,
    );
    expect(sorted(mappings)).toEqual(wanted);
    const reserved = resourceOf(template, 'AWS::Lambda::Function').flatMap(
      ({ ReservedConcurrentExecutions: own }) => (own === undefined ? [] : [own]),
    );
    expect(sorted(reserved)).toEqual(wanted);
    const [stage] = resourceOf(template, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: throttle.rate,
      ThrottlingBurstLimit: throttle.burst,
    });
    const [table] = resourceOf(template, 'AWS::DynamoDB::Table');
    expect(table?.WarmThroughput).toEqual({
      ReadUnitsPerSecond: warm?.reads,
      WriteUnitsPerSecond: warm?.writes,
    });
  });

  test('leaves a throttle that the operator chose', () => {
    const { size } = readStage('big', virginia, {
      throughput: 500,
      throttle: { rate: 7, burst: 5 },
    });
    expect(size.throttle).toEqual({ rate: 7, burst: 5 });
  });

  test('that a region does not carry is refused with each quota to ask for', () => {
    const asked = quotasToAsk(sizeOf(5_000), ningxia);
    expect(asked.length).toBeGreaterThan(3);
    let said = '';
    try {
      readStage('city', ningxia, { throughput: 5_000 });
    } catch (error) {
      said = String(error);
    }
    expect(said).toMatch(
      /throughput 5000 .*Ask AWS for these, and then write what was granted into quotas/,
    );
    for (const one of asked) expect(said).toContain(one);
  });

  test('is carried where AWS granted it', () => {
    const { size } = readStage('city', ningxia, { throughput: 5_000, quotas: GRANTED });
    expect(size.workers.normalize).toBeGreaterThan(100);
  });

  test('of another number is refused', () => {
    expect(() => readStage('city', virginia, { throughput: 100 })).toThrow(/throughput/);
  });
});

describe('what the pages say', () => {
  const page = readFileSync('docs/operating.md', 'utf8');

  test('docs/operating.md has the table of today: `npm run docs:throughput`', () => {
    expect(page).toBe(withThroughputs(page));
  });

  test('README has what a stage carries by default', () => {
    const carried = sustainedBy(sizeOf(50).workers);
    expect(readFileSync('README.md', 'utf8')).toContain(`carries ${carried} redemptions a second`);
  });
});
