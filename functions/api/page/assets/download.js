/**
 * A long file is taken in parts, one after the other, and saved as one. Without this program its parts are links.
 */
document.addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest('a[data-parts]');
  if (!(link instanceof HTMLAnchorElement)) return;
  const parts = Number(link.dataset.parts);
  if (parts < 2) return;
  event.preventDefault();
  if (link.ariaBusy !== 'true') void takeAll(link, parts);
});

/**
 * @param {HTMLAnchorElement} link
 * @param {number} parts
 */
async function takeAll(link, parts) {
  const [words, href] = [link.textContent, link.href];
  link.ariaBusy = 'true';
  try {
    /** @type {Blob[]} */
    const all = [];
    for (let part = 1; part <= parts; part += 1) {
      link.textContent = `${part} / ${parts}`;
      const response = await fetch(href.replace(/part=\d+/, `part=${part}`));
      if (!response.ok) throw new Error(String(response.status));
      all.push(await response.blob());
    }
    const whole = document.createElement('a');
    whole.href = URL.createObjectURL(new Blob(all, { type: all[0]?.type ?? '' }));
    whole.download = link.download;
    whole.click();
    link.textContent = words;
    setTimeout(() => URL.revokeObjectURL(whole.href), 60_000);
  } catch {
    // Nothing was saved: the next press begins again.
    link.textContent = `${words} !`;
  }
  link.ariaBusy = 'false';
}
