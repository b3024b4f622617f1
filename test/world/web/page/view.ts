import type { Gmv } from '../../engine/sights.ts';
import { linesOf } from './lines.ts';
import { make, part } from './make.ts';
import { Road } from './roads.ts';
import type { StoreState, Story } from './story.ts';
import type { Played } from './thread.ts';
import { type Language, moment, say, yuan } from './words.ts';

/** How long a store shines after something was booked for it, in ms of playing. */
const SHINES_MS = 900;

/** What stands on the page for one run. */
export class View {
  private readonly language: Language;
  private readonly played: Played;
  private readonly roads: readonly Road[];

  constructor(played: Played, language: Language) {
    this.played = played;
    this.language = language;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const { integrations, weather } = played.verdict.drawn;
    this.roads = integrations.map((name) => new Road(name, isStill));
    part('roads').replaceChildren(
      ...integrations.flatMap((name, index) => {
        const road = this.roads[index];
        return road === undefined ? [] : [this.lane(name, road)];
      }),
    );
    const kinds = [...weather.keys()].map((kind) => this.say(kind));
    const wrong =
      kinds.length === 0 ? this.say('calm') : kinds.join(language === 'zh' ? '、' : ', ');
    part('weather').replaceChildren(
      make('p', 'note', make('b', '', `${this.say('weather')}: `), wrong),
    );
  }

  show(story: Story, showMs: number, isOver: boolean): void {
    part('now').textContent = moment(story.worldMs);
    this.chain(story);
    for (const road of this.roads) road.draw(story.travelling, showMs);
    part('key').replaceChildren(
      ...(['lost', 'doubled', 'late'] as const).map((kind) =>
        make('span', kind, `${this.say(kind)} `, make('b', '', String(story[kind]))),
      ),
    );
    part('stores').replaceChildren(
      ...[...story.stores.values()].map((store) => this.store(store, showMs)),
    );
    part('lines').replaceChildren(...linesOf(story.lines, this.language));
    this.verdict(story, isOver);
  }

  private say(key: string): string {
    return say(this.language, key);
  }

  private lane(integration: string, road: Road): HTMLElement {
    const name = make('span', 'from', this.say(integration));
    return make('div', 'lane', name, road.element, make('span', 'to', this.say('hub')));
  }

  private chain(story: Story): void {
    const { queues, truth, booked, totals } = story;
    const waiting = queues.intake + queues.attribution;
    const counts = (of: Readonly<Record<string, number>>) =>
      Object.entries(of).map(([key, count]) => `${this.say(key)} ${count}`);
    const { lost, doubled, late } = story;
    const { intake: toRead, attribution: toBook, dead } = queues;
    part('chain').replaceChildren(
      this.money('truth', truth, ''),
      this.figure('road', String(story.requests), 'requests', counts({ lost, doubled, late })),
      this.figure('queue', String(waiting), 'messages', counts({ toRead, toBook, dead })),
      this.money('ledger', booked, this.behind(truth, booked)),
      this.money('totals', totals, this.behind(truth, totals)),
    );
  }

  private behind(truth: Gmv, known: Gmv): string {
    const fen =
      Math.abs(truth.redeemedFen - known.redeemedFen) + Math.abs(truth.paidFen - known.paidFen);
    return fen === 0 ? this.say('equal') : `${this.say('behind')} ${yuan(fen)}`;
  }

  private money(key: string, { redeemedFen, paidFen }: Gmv, note: string): HTMLElement {
    const paid = `${this.say('paidGmv')} ${yuan(paidFen)}`;
    return this.figure(key, yuan(redeemedFen), 'yuan', [this.say('redeemedGmv'), paid, note]);
  }

  /** @param notes a line each, the same number in every figure */
  private figure(key: string, value: string, unit: string, notes: readonly string[]): HTMLElement {
    const shown = make('span', 'v', value, make('i', '', this.say(unit)));
    return make(
      'div',
      `card fig ${key}`,
      make('span', 'k', this.say(key)),
      shown,
      ...notes.map((note) => make('span', 'd', note)),
    );
  }

  private store(store: StoreState, showMs: number): HTMLElement {
    const isNew = showMs - store.changedMs < SHINES_MS;
    return make(
      'li',
      isNew ? 'new' : '',
      make('span', `t ${store.platform}`, store.name),
      make('b', '', yuan(store.redeemedFen)),
      make('span', 'dim', store.city, make('i', '', ` · ${this.say(store.integration)}`)),
      make('span', 'dim', `${store.redemptions}×`),
    );
  }

  private verdict({ truth }: Story, isOver: boolean): void {
    const { wrong, ledgerHash, drawn, entries } = this.played.verdict;
    const box = part('verdict');
    const isRight = wrong.length === 0;
    box.className = !isOver ? 'msg' : isRight ? 'msg ok' : 'msg bad';
    box.dataset.hash = isOver ? ledgerHash : '';
    if (!isOver) {
      box.replaceChildren(make('p', 'mut', this.say('later')));
      return;
    }
    const sums = `${this.say('redeemed')} ${yuan(truth.redeemedFen)} · ${this.say('paid')} ${yuan(truth.paidFen)} · ${entries} ${this.say('entries')}`;
    box.replaceChildren(
      make('h2', '', `${isRight ? '✓' : '×'} ${this.say(isRight ? 'right' : 'wrong')}`),
      make(
        'p',
        '',
        `${sums}. `.replace('. ', this.language === 'zh' ? '。' : '. '),
        ...(isRight ? [this.say('none')] : []),
      ),
      ...wrong.slice(0, 5).map((one) => make('p', 'id', one)),
      make(
        'p',
        'mut',
        `${this.say('hash')} `,
        make('code', 'id', ledgerHash),
        this.language === 'zh' ? '。' : '. ',
        `${this.say('same')} `,
        make('code', 'id', `npm run world -- --seed ${drawn.seed} --acts ${drawn.acts}`),
      ),
    );
  }
}
