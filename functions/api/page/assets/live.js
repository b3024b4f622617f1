// @ts-check
/**
 * Follows a page: asks for it again with the version that it shows, and puts the parts that changed in the place of
 * those that stand. Without it the page is the same, as of when it was loaded.
 */
const EVERY_MS = 1000;
const SLOWEST_MS = 30_000;

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
let version = main.dataset.version ?? '';
let waitMs = EVERY_MS;

async function look() {
  const response = await fetch(location.href, {
    headers: { accept: 'text/html', 'if-none-match': `"${version}"` },
    cache: 'no-store',
    credentials: 'same-origin',
  });
  if (response.status === 304) return;
  if (!response.ok) throw new Error(String(response.status));
  const next = new DOMParser()
    .parseFromString(await response.text(), 'text/html')
    .getElementById('main');
  // Signed out meanwhile: what is on the page stays until somebody does something.
  if (next?.dataset.version === undefined) throw new Error('no page that can be followed');
  for (const part of main.querySelectorAll('[data-live]')) {
    const fresh = next.querySelector(`[data-live="${part.getAttribute('data-live')}"]`);
    if (fresh !== null) replace(part, fresh);
  }
  version = next.dataset.version;
}

/** @param {Element} part @param {Element} fresh */
function replace(part, fresh) {
  if (part.innerHTML === fresh.innerHTML) return;
  // Somebody looks into a chart here: when they are done.
  if (part.querySelector('.zoomed') !== null) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  // Somebody is choosing or typing here: next time.
  if (focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement) return;
  const href = focused?.getAttribute('href') ?? null;
  const isOpen = part.querySelector('details[open]') !== null;
  const known = new Set(
    [...part.querySelectorAll('[data-key]')].map((row) => row.getAttribute('data-key')),
  );
  if (isOpen) fresh.querySelector('details')?.setAttribute('open', '');
  for (const row of fresh.querySelectorAll('[data-key]')) {
    if (!known.has(row.getAttribute('data-key'))) row.classList.add('new');
  }
  part.replaceChildren(...fresh.childNodes);
  for (const link of part.querySelectorAll('a')) {
    if (link.getAttribute('href') === href) {
      link.focus({ preventScroll: true });
      break;
    }
  }
}

async function follow() {
  try {
    if (!document.hidden) await look();
    waitMs = EVERY_MS;
  } catch {
    // Slower and slower, until it answers again.
    waitMs = Math.min(waitMs * 2, SLOWEST_MS);
  }
  setTimeout(follow, waitMs);
}

setTimeout(follow, EVERY_MS);
