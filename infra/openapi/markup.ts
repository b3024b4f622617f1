/** Texts and values as HTML. */

/** A text as it is, anything else as JSON. @param id what a link leads to */
export function pre(value: unknown, id?: string): string {
  const named = id === undefined ? '' : ` id="${id}"`;
  const text = escaped(typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  // A reference leads to the shape that it names.
  const linked = text.replace(
    /&quot;#\/components\/schemas\/(\w+)&quot;/g,
    '<a href="#schema-$1">$1</a>',
  );
  return `<pre${named} tabindex="0">${linked}</pre>`;
}

export function paragraphs(text: string): string {
  return text === ''
    ? ''
    : text
        .split('\n\n')
        .map((one) => `<p>${inline(one)}</p>`)
        .join('');
}

export function inline(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
