// @ts-check
/**
 * A chart to look into: uPlot is loaded when somebody asks for it first, and is drawn in the place of the picture, which
 * comes back with the same button. Drag, or + − ← → and 0, choose a part of the time.
 */
document.documentElement.classList.add('js');
document.addEventListener('click', (event) => {
  const button = /** @type {Element} */ (event.target).closest('button[data-zoom]');
  if (button instanceof HTMLButtonElement && button.ariaBusy !== 'true') void turnZoom(button);
});

/** @type {Promise<any> | undefined} */
let plotter;

/** @param {HTMLButtonElement} button */
async function turnZoom(button) {
  const picture = button.closest('section')?.querySelector('.ch');
  if (!(picture instanceof HTMLElement)) return;
  const standing = picture.nextElementSibling;
  if (standing?.classList.contains('zoomed')) {
    standing.remove();
    picture.hidden = false;
    button.ariaPressed = 'false';
    return;
  }
  button.ariaBusy = 'true';
  try {
    plotter ??= loadPlotter(button.dataset.script ?? '', button.dataset.sheet ?? '');
    drawZoom(await plotter, button, picture);
    button.ariaPressed = 'true';
  } catch {
    // The picture stands, and the next press tries again.
    plotter = undefined;
  }
  button.ariaBusy = 'false';
}

/**
 * @param {string} script
 * @param {string} sheet
 */
function loadPlotter(script, sheet) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = sheet;
  const own = document.createElement('script');
  own.src = script;
  const loaded = [link, own].map(
    (one) =>
      new Promise((resolve, reject) => {
        one.onload = resolve;
        one.onerror = reject;
      }),
  );
  document.head.append(link, own);
  return Promise.all(loaded).then(() => /** @type {any} */ (window).uPlot);
}

/**
 * @param {any} uPlot
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} picture
 */
function drawZoom(uPlot, button, picture) {
  /** @type {{ names: string[], now: (number | null)[], before: (number | null)[], words: string[] }} */
  const { names, now, before, words } = JSON.parse(button.dataset.zoom ?? '{}');
  const holder = document.createElement('div');
  holder.className = 'zoomed';
  holder.tabIndex = 0;
  holder.role = 'group';
  holder.ariaLabel = button.dataset.help ?? '';
  const canvas = document.createElement('div');
  const help = document.createElement('p');
  help.className = 'note';
  help.textContent = button.dataset.help ?? '';
  holder.append(canvas, help);
  picture.after(holder);
  picture.hidden = true;
  const styles = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => styles.getPropertyValue(name).trim();
  const lines = { stroke: colour('--text-3'), font: `12px ${colour('--sans')}` };
  const grid = { stroke: colour('--c-grid'), width: 1 };
  const yuan = (/** @type {number | null} */ fen) =>
    fen === null ? '—' : (fen / 100).toLocaleString(undefined, { minimumFractionDigits: 2 });
  const value = (/** @type {any} */ _, /** @type {number | null} */ fen) => yuan(fen);
  const nameAt = (/** @type {number | null} */ at) => (at === null ? '—' : (names[at] ?? ''));
  const places = names.map((_, at) => at);
  const plot = new uPlot(
    {
      ...{ width: holder.clientWidth, height: 216, scales: { x: { time: false } } },
      cursor: { drag: { x: true, y: false } },
      axes: [
        {
          ...{ ...lines, grid, space: 96, incrs: [1, 2, 3, 5, 7, 10, 14, 24, 48, 96] },
          values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map(nameAt),
        },
        {
          ...{ ...lines, grid, size: 72 },
          values: (/** @type {any} */ _, /** @type {number[]} */ all) =>
            all.map((fen) => (fen / 100).toLocaleString()),
        },
      ],
      series: [
        {
          label: words[2],
          value: (/** @type {any} */ _, /** @type {number | null} */ at) => nameAt(at),
        },
        { label: words[0], stroke: colour('--c-douyin'), width: 2, value },
        { label: words[1], stroke: colour('--c-before'), width: 1.5, dash: [4, 3], value },
      ],
    },
    [places, now, before],
    canvas,
  );
  holder.addEventListener('keydown', (event) => moveZoom(event, plot, names.length - 1));
  addEventListener('resize', () => plot.setSize({ width: holder.clientWidth, height: 216 }));
  holder.focus({ preventScroll: true });
}

/**
 * @param {KeyboardEvent} event
 * @param {any} plot
 * @param {number} last
 */
function moveZoom(event, plot, last) {
  const { min, max } = plot.scales.x;
  const quarter = (max - min) / 4;
  /** @type {Record<string, [number, number] | undefined>} */
  const windows = {
    ...{ '+': [min + quarter, max - quarter], '=': [min + quarter, max - quarter] },
    '-': [min - quarter * 2, max + quarter * 2],
    ...{ ArrowLeft: [min - quarter, max - quarter], ArrowRight: [min + quarter, max + quarter] },
    0: [0, last],
  };
  const next = windows[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const wide = Math.max(1, Math.min(last, next[1] - next[0]));
  const from = Math.max(0, Math.min(last - wide, next[0]));
  plot.setScale('x', { min: from, max: from + wide });
}
