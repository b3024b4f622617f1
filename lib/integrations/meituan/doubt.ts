import type { Form } from './form.ts';
import { documentedNames } from './push.ts';
import { signedPairs } from './sign.ts';

/** JSON, whose end nothing can move: what is cut off it or hung on it is no JSON any more. */
const JSON_NAMES: ReadonlySet<string> = new Set(['message', 'param']);

/** A name that may be shown: one that is part of a value would show some of the value. */
const PLAIN = /^[A-Za-z][A-Za-z_]{1,31}$/;

/**
 * Why a signed form may not be what the platform sent. The signature runs names and values together with
 * nothing between them, so `opBizCode=op_test_1` and `opBizCode=op_` with `test_=1` are signed alike: whoever passes
 * a push on could cut it anew. So only documented names are taken, and no value in which a further name could
 * begin: then the form can be cut in one way only.
 * @param more names that the operator saw the platform send
 * @returns undefined where it means one thing only; never a value
 */
export function doubtIn(form: Form, more: readonly string[]): string | undefined {
  const names = [...documentedNames(form), ...more];
  const pairs = signedPairs(form);
  const stranger = pairs.find(([name]) => !names.includes(name))?.[0];
  if (stranger !== undefined) {
    const what = PLAIN.test(stranger) ? `the field ${stranger}` : 'a field';
    return `${what} is not documented: where the platform does send it, add it to settings.pushFields`;
  }
  for (const [at, [name, value]] of pairs.entries()) {
    if (JSON_NAMES.has(name)) continue;
    const behind = pairs
      .slice(at + 1)
      .flat()
      .join('');
    const hidden = names.find((other) => other > name && beginsWithin(other, value, behind));
    if (hidden !== undefined) return `the field ${name} could be cut into itself and ${hidden}`;
  }
  return undefined;
}

/**
 * Whether a name begins within a value, at its second character or later, and something follows it: a field
 * without a value is not signed. It may reach into what stands behind the value.
 */
function beginsWithin(name: string, value: string, behind: string): boolean {
  const text = `${value}${behind}`;
  for (let at = text.indexOf(name, 1); at !== -1 && at < value.length; ) {
    if (at + name.length < text.length) return true;
    at = text.indexOf(name, at + 1);
  }
  return false;
}
