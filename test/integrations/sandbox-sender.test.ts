import { describe, expect, test } from 'vitest';
import { type Outgoing, seededRandom } from '../../lib/integrations/sandbox-kit/player.ts';
import { Sender, type SenderOptions } from '../../lib/integrations/sandbox-kit/sender.ts';

const outgoing = (body: string): Outgoing => ({
  ...{ road: 'webhooks', path: '', query: '', headers: {}, body },
  retries: { delaysMs: [5_000, 7_000], documented: true },
  isReceived: (status) => status === 200,
});

const messages = Array.from({ length: 200 }, (_, index) => outgoing(String(index)));

/** A sender, what it posted in order, and how long it slept. */
function made(options: Partial<SenderOptions> = {}, status: (nth: number) => number = () => 200) {
  const posted: string[] = [];
  const slept: number[] = [];
  const sender = new Sender({
    async post({ body }) {
      posted.push(body);
      return { status: status(posted.length), body: '' };
    },
    random: seededRandom(1),
    concurrency: 1,
    sleep: async (ms) => slept.push(ms),
    ...options,
  });
  return { sender, posted, slept };
}

describe('the sandboxes’ sender', () => {
  test('without chances sends everything once, in order', async () => {
    // Prepare
    const { sender, posted } = made();
    // Act
    sender.send(messages);
    const counts = await sender.finish();
    // Assess
    expect(posted).toEqual(messages.map(({ body }) => body));
    expect(counts).toMatchObject({ sent: 200, acknowledged: 200, lost: 0, retried: 0, failed: 0 });
  });

  test('repeats what was not received after the platform’s waits, and then gives up', async () => {
    // Prepare: the second of three posts fails for good
    const { sender, posted, slept } = made({ timeFactor: 0.1 }, (nth) => (nth === 1 ? 200 : 503));
    // Act
    sender.send(messages.slice(0, 2));
    const counts = await sender.finish();
    // Assess
    expect(posted).toEqual(['0', '1', '1', '1']);
    expect(slept).toEqual([500, 700]);
    expect(counts).toMatchObject({ acknowledged: 1, retried: 2, failed: 1 });
  });

  test('takes no answer for not received', async () => {
    let tries = 0;
    const { sender } = made({
      post: async () => {
        tries += 1;
        if (tries < 3) throw new Error('cut off');
        return { status: 200, body: '' };
      },
    });
    sender.send(messages.slice(0, 1));
    expect(await sender.finish()).toMatchObject({ acknowledged: 1, retried: 2, failed: 0 });
  });

  test('loses, doubles and disorders about as often as asked, none of it twice as another', async () => {
    // Prepare
    const { sender, posted } = made({ loss: 0.1, duplicate: 0.2, reorder: 0.3, reach: 4 });
    // Act
    sender.send(messages);
    const { sent, lost, duplicated, acknowledged, submitted } = await sender.finish();
    // Assess
    expect(submitted).toBe(200);
    expect(sent).toBe(200 - lost + duplicated);
    expect(acknowledged).toBe(sent);
    expect(new Set(posted).size).toBe(200 - lost);
    for (const [count, wanted] of [
      [lost, 20],
      [duplicated, 40],
    ] as const) {
      expect(Math.abs(count - wanted)).toBeLessThan(15);
    }
    const firsts = [...new Set(posted)].map(Number);
    expect(firsts).not.toEqual(firsts.toSorted((a, b) => a - b));
    // Nothing falls behind further than told.
    let highest = 0;
    for (const first of firsts) {
      highest = Math.max(highest, first);
      expect(highest - first).toBeLessThanOrEqual(5);
    }
  });

  test('has the same luck with the same seed', async () => {
    const runs = [made({ loss: 0.1, reorder: 0.3 }), made({ loss: 0.1, reorder: 0.3 })];
    for (const { sender } of runs) {
      sender.send(messages);
      await sender.finish();
    }
    expect(runs[0]?.posted).toEqual(runs[1]?.posted);
  });
});
