import { part } from './make.ts';
import { type Shown, Story, scheduleOf } from './story.ts';
import type { Answer, Played, Wanted } from './thread.ts';
import { View } from './view.ts';
import { type Language, say } from './words.ts';

/** A seed with a little of everything, for who comes without one. */
const FIRST_SEED = 617;
const ACTS = 40;

/** After the last event, for what is still on its way to be seen arriving. */
const REST_MS = 1_500;

/** The address says what is shown: #seed=9&acts=40&lang=en */
const wanted = () => new URLSearchParams(location.hash.slice(1));

const digits = (text: string | null, otherwise: number) =>
  /^\d{1,9}$/.test(text ?? '') ? Number(text) : otherwise;

const seedOf = (): Wanted => ({
  seed: digits(wanted().get('seed'), FIRST_SEED),
  acts: Math.min(500, Math.max(1, digits(wanted().get('acts'), ACTS))),
});

function languageOf(): Language {
  const named = wanted().get('lang') ?? navigator.language;
  return named.startsWith('zh') ? 'zh' : 'en';
}

function goTo(changes: Readonly<Record<string, string>>): void {
  const next = wanted();
  for (const [key, value] of Object.entries(changes)) next.set(key, value);
  location.hash = String(next);
}

class Player {
  private played: Played | undefined;
  private view: View | undefined;
  private story = new Story([]);
  private schedule: readonly Shown[] = [];
  private showMs = 0;
  private endMs = 0;
  private isPlaying = false;
  private speed = 1;
  private asked = '';
  private thread: Worker | undefined;
  private frameMs = 0;

  constructor() {
    part('play').addEventListener('click', () => this.toggle());
    position().addEventListener('input', () => {
      this.isPlaying = false;
      this.seek((Number(position().value) / 1000) * this.endMs);
    });
    for (const button of speeds()) {
      button.addEventListener('click', () => {
        this.speed = Number(button.value);
        this.label();
      });
    }
    part('seeds').addEventListener('submit', (event) => {
      event.preventDefault();
      goTo({ seed: seedInput().value });
    });
    part('next').addEventListener('click', () => goTo({ seed: String(seedOf().seed + 1) }));
    part('language').addEventListener('click', () =>
      goTo({ lang: languageOf() === 'zh' ? 'en' : 'zh' }),
    );
    part('theme').addEventListener('click', () => {
      const { dataset } = document.documentElement;
      const isDark =
        dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : '');
      dataset.theme = isDark === 'dark' ? 'light' : 'dark';
    });
    addEventListener('hashchange', () => this.read());
    this.read();
  }

  /** Does what the address says. */
  private read(): void {
    this.label();
    const { seed, acts } = seedOf();
    seedInput().value = String(seed);
    if (this.asked === `${seed} ${acts}`) {
      if (this.played !== undefined) this.view = new View(this.played, languageOf());
      this.show();
      return;
    }
    this.asked = `${seed} ${acts}`;
    this.played = undefined;
    this.isPlaying = false;
    this.isReady(false);
    const box = part('verdict');
    box.className = 'msg';
    box.dataset.hash = '';
    box.textContent = this.say('running');
    this.thread?.terminate();
    this.thread = new Worker('world.js', { type: 'module' });
    this.thread.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.take(data));
    this.thread.postMessage({ seed, acts } satisfies Wanted);
  }

  private take(answer: Answer): void {
    if ('failed' in answer) {
      part('verdict').className = 'msg bad';
      part('verdict').textContent = `${this.say('failed')}: ${answer.failed}`;
      return;
    }
    this.played = answer;
    this.schedule = scheduleOf(answer.seen);
    this.endMs = (this.schedule.at(-1)?.showMs ?? 0) + REST_MS;
    this.view = new View(answer, languageOf());
    this.isReady(true);
    this.seek(0);
    this.toggle();
  }

  /** While a seed is run, what stands of the one before can be looked at, and not played. */
  private isReady(isReady: boolean): void {
    position().disabled = !isReady;
    (part('play') as HTMLButtonElement).disabled = !isReady;
  }

  private toggle(): void {
    if (this.played === undefined) return;
    this.isPlaying = !this.isPlaying;
    if (this.isPlaying && this.showMs >= this.endMs) this.seek(0);
    this.frameMs = performance.now();
    if (this.isPlaying) requestAnimationFrame((ms) => this.frame(ms));
    this.label();
  }

  private frame(ms: number): void {
    if (!this.isPlaying) return;
    const showMs = this.showMs + Math.max(0, ms - this.frameMs) * this.speed;
    this.frameMs = ms;
    this.seek(Math.min(showMs, this.endMs));
    if (this.showMs >= this.endMs) this.isPlaying = false;
    if (this.isPlaying) requestAnimationFrame((next) => this.frame(next));
    else this.label();
  }

  private seek(showMs: number): void {
    if (showMs < this.showMs || showMs === 0) this.story = new Story(this.schedule);
    this.showMs = showMs;
    this.story.goTo(showMs);
    position().value = String(Math.round((showMs / this.endMs) * 1000));
    this.show();
    this.label();
  }

  private show(): void {
    this.view?.show(this.story, this.showMs, this.showMs >= this.endMs);
  }

  /** The words of the page itself. */
  private label(): void {
    const language = languageOf();
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    for (const element of document.querySelectorAll<HTMLElement>('[data-w]')) {
      element.textContent = this.say(element.dataset.w ?? '');
    }
    const isOver = this.played !== undefined && this.showMs >= this.endMs;
    part('play').textContent = this.say(this.isPlaying ? 'pause' : isOver ? 'again' : 'play');
    part('language').textContent = language === 'zh' ? 'EN' : '中文';
    part('theme').setAttribute('aria-label', this.say('theme'));
    part('position').setAttribute('aria-label', this.say('position'));
    part('speed').setAttribute('aria-label', this.say('speed'));
    for (const button of speeds()) {
      button.setAttribute('aria-pressed', String(Number(button.value) === this.speed));
    }
  }

  private say(key: string): string {
    return say(languageOf(), key);
  }
}

const position = () => part('position') as HTMLInputElement;
const seedInput = () => part('seed') as HTMLInputElement;
const speeds = () => [...part('speed').querySelectorAll('button')];

new Player();
