import { html } from 'hono/html';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';

export interface FilterField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Value and word; a field without choices is a text. */
  readonly choices?: readonly (readonly [string, string])[];
  readonly hint?: string;
}

export interface Filters {
  readonly action: string;
  /** The rest of the address, which a filter leaves as it is. */
  readonly kept: Readonly<Record<string, string>>;
  readonly fields: readonly FilterField[];
  /** At the right: links to files of the same rows. */
  readonly files?: Html;
}

/** A plain form above the rows: what it says is in the address, so a list can be sent and comes back. */
export function filterForm(say: Say, { action, kept, fields, files }: Filters): Html {
  return html`<form class="filters" action="${action}">${Object.entries(kept).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}${fields.map(fieldOf)}<button class="btn">${say('filter.apply')}</button>${
    files === undefined ? '' : html`<span class="ex">${files}</span>`
  }</form>`;
}

function fieldOf({ name, label, value, choices, hint }: FilterField): Html {
  if (choices === undefined) {
    return html`<label class="f"><span>${label}</span><input name="${name}" value="${value}" size="14" placeholder="${hint ?? ''}"></label>`;
  }
  return html`<label class="f"><span>${label}</span><select name="${name}">${choices.map(
    ([own, text]) =>
      html`<option value="${own}"${own === value ? html` selected` : ''}>${text}</option>`,
  )}</select></label>`;
}
