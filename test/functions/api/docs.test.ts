import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES, Problem, problemBody } from '../../../lib/errors/problem.ts';

const FOLDER = new URL('../../../docs/errors/', import.meta.url);

describe('docs/errors', () => {
  it('has a page for every code and no page left over', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(PROBLEM_CODES.map((code) => `${code}.md`).sort());
  });

  it.each(PROBLEM_CODES)('shows %s as it is answered', (code) => {
    const page = readFileSync(new URL(`${code}.md`, FOLDER), 'utf8');
    const example: unknown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? 'null');
    const answer = problemBody(new Problem(code, 'of this case'), 'of this request');
    expect(example).toEqual({
      ...answer,
      detail: expect.stringMatching(/\S/),
      requestId: expect.stringMatching(/\S/),
    });
    expect(page).toMatch(new RegExp(`^# ${code}\n\nHTTP ${String(answer.status)}: `));
    expect(page).toMatch(/\*\*What it means\.\*\*.*\*\*What to do\.\*\*.*\*\*Retry\?\*\*/s);
  });
});
