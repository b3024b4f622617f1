import { displayWidth } from './width.ts';

/** Where progress is drawn: standard error, as the answer on standard output may go into a file. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const BAR_COLUMNS = 24;

/**
 * How far long work is: one line that is drawn again where there is a terminal, and else a line for
 * each change.
 */
export class Progress {
  private shown = '';
  private readonly stream: Terminal;

  constructor(stream: Terminal = process.stderr) {
    this.stream = stream;
  }

  get isDrawn(): boolean {
    return this.stream.isTTY === true;
  }

  /** @param share of the work that is done, 0 to 1; undefined where nobody knows how much there is */
  at(text: string, share?: number): void {
    const line = this.isDrawn
      ? fitted(share === undefined ? text : `${barOf(share)} ${text}`, this.stream.columns)
      : text;
    if (line === this.shown) return;
    this.shown = line;
    this.stream.write(this.isDrawn ? `\r\x1b[2K${line}` : `${line}\n`);
  }

  /** Takes the drawn line away, before anything else is printed. */
  end(): void {
    if (this.isDrawn && this.shown !== '') this.stream.write('\r\x1b[2K');
    this.shown = '';
  }
}

function barOf(share: number): string {
  const bounded = Math.min(1, Math.max(0, share));
  const full = Math.floor(bounded * BAR_COLUMNS);
  const percent = String(Math.floor(bounded * 100)).padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_COLUMNS - full)}] ${percent}%`;
}

/** A line that wraps cannot be drawn over. */
function fitted(line: string, columns = 80): string {
  let kept = '';
  for (const character of line) {
    if (displayWidth(kept + character) >= columns) break;
    kept += character;
  }
  return kept;
}

/** Runs long work with its progress, which is gone when it ends, however it ends. */
export async function withProgress<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = new Progress();
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
