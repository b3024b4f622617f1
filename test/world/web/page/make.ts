/** @throws where the page has no such element */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

/** An element with a class and what it holds. Texts stay texts: nothing that a platform named becomes markup. */
export function make(name: string, kind: string, ...held: (Node | string)[]): HTMLElement {
  const element = document.createElement(name);
  if (kind !== '') element.className = kind;
  element.append(...held);
  return element;
}
