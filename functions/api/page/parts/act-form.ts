import { html } from 'hono/html';
import type { Say, Word } from '../../../../lib/i18n/words.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';

export interface ActField {
  readonly name: string;
  readonly label: Word;
  readonly value?: string;
  readonly type?: 'text' | 'date' | 'email' | 'checkbox' | 'file';
  /** Of a file: which ones a browser offers. */
  readonly accept?: string;
  /** Value and word. */
  readonly choices?: readonly (readonly [string, string])[];
  readonly isRequired?: boolean;
  readonly hint?: string;
}

export interface ActForm {
  readonly action: string;
  /** What it does: the field `act`. */
  readonly act: string;
  readonly hidden?: Typed;
  readonly fields?: readonly ActField[];
  readonly submit: Word;
  readonly isMain?: boolean;
  /** What was typed before, where it could not be done. */
  readonly typed?: Typed;
}

/** A form that does something. It is sent from the page itself; what was typed is in it again when it could not be done. */
export function actForm(say: Say, form: ActForm): Html {
  const { action, act, hidden = {}, fields = [], submit, isMain = false, typed = {} } = form;
  const isThis =
    typed.act === act && Object.entries(hidden).every(([name, value]) => typed[name] === value);
  // A file comes in a form of its own shape.
  const shape = fields.some(({ type }) => type === 'file')
    ? html` enctype="multipart/form-data"`
    : '';
  return html`<form method="post" action="${action}" class="fields"${shape}><input type="hidden" name="act" value="${act}">${Object.entries(
    hidden,
  ).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}${fields.map((field) =>
    fieldOf(say, field, isThis ? (typed[field.name] ?? '') : (field.value ?? '')),
  )}<button class="btn${isMain ? ' pri' : ''}">${say(submit)}</button></form>`;
}

function fieldOf(say: Say, field: ActField, value: string): Html {
  const { name, label, type = 'text', choices, isRequired = false, hint } = field;
  const required = isRequired ? html` required` : '';
  if (type === 'checkbox') {
    return html`<label class="f tick"><input type="checkbox" name="${name}" value="yes"${value === 'yes' ? html` checked` : ''}> ${say(label)}</label>`;
  }
  if (type === 'file') {
    return html`<label class="f"><span>${say(label)}</span><input type="file" name="${name}"${required} accept="${field.accept ?? ''}"></label>`;
  }
  if (choices !== undefined) {
    return html`<label class="f"><span>${say(label)}</span><select name="${name}"${required}>${choices.map(
      ([own, text]) =>
        html`<option value="${own}"${own === value ? html` selected` : ''}>${text}</option>`,
    )}</select></label>`;
  }
  return html`<label class="f"><span>${say(label)}</span><input type="${type}" name="${name}" value="${value}"${required}${hint === undefined ? '' : html` placeholder="${hint}"`} autocomplete="off"></label>`;
}

/** A form behind a word, in a row of a table. */
export function folded(say: Say, word: Word, forms: readonly Html[], isOpen = false): Html {
  return html`<details class="fold"${isOpen ? html` open` : ''}><summary>${say(word)}</summary>${forms}</details>`;
}
