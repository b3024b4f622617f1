import type { Shop } from './shop.ts';

/** What the sandboxes were called, of the reconciliation by the least that would have done. */
export class CallCounts {
  /** Calls of `reconcile`, and how many of them would have done. */
  made = 0;
  needed = 0;
  /** All calls, and most of one endpoint within a second of the clock, by its path. */
  all = 0;
  readonly most = new Map<string, number>();
  /** What was beyond the least though it was answered, by path. */
  readonly waste = new Map<string, number>();
  /** Whose call comes next, and in which run of the schedule; undefined: it is none of `reconcile`. */
  run: number | undefined;
  private readonly now: () => number;
  private readonly askedIn = new Map<string, Set<number>>();
  private readonly seconds = new Map<string, { second: number; calls: number }>();

  constructor(now: () => number) {
    this.now = now;
  }

  /** The shop, whose API counts from now on. */
  counting<S extends Shop>(shop: S): S {
    const { fetch } = shop.api;
    const counted = async (request: Request) => {
      const { run } = this;
      const question = run === undefined ? '' : await questionOf(request.clone());
      this.count(new URL(request.url).pathname);
      const response = await fetch(request);
      if (run !== undefined && response.ok) this.answered(run, question, shop);
      return response;
    };
    return Object.assign(shop, { api: { fetch: counted } });
  }

  /**
   * What was asked and answered within the run already is beyond the least, and so is what more runs asked than there
   * are readings that need it.
   */
  private answered(run: number, question: string, shop: Shop): void {
    const runs = this.askedIn.get(question) ?? new Set();
    this.askedIn.set(question, runs);
    const isNeeded = !runs.has(run) && runs.size < shop.readingsOf(question);
    if (isNeeded) this.needed += 1;
    else this.waste.set(shortOf(question), (this.waste.get(shortOf(question)) ?? 0) + 1);
  }

  private count(path: string): void {
    this.all += 1;
    const second = Math.floor(this.now() / 1000);
    const open = this.seconds.get(path);
    const calls = open?.second === second ? open.calls + 1 : 1;
    this.seconds.set(path, { second, calls });
    this.most.set(path, Math.max(calls, this.most.get(path) ?? 0));
  }
}

/** What is asked, without when and under which signature. */
async function questionOf(request: Request): Promise<string> {
  const { pathname, search } = new URL(request.url);
  const form = new URLSearchParams(request.method === 'GET' ? '' : await request.text());
  return [pathname, search, form.get('biz'), form.get('appAuthToken')].join(' ');
}

const shortOf = (question: string) => question.split(' ')[0] ?? '';
