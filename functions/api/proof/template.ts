import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../../../lib/proof/text.ts';

const DIRECTORY = join(import.meta.dirname, '../page/assets/proof');
/** The bundle has the folder of assets beside itself. */
const BUNDLED = join(import.meta.dirname, 'assets/proof');

/** In this order: each may use what is before it. */
const SCRIPTS = ['hash', 'ed25519', 'read', 'month', 'check', 'compare', 'words', 'page'] as const;

/** How many bytes of a page one hash of its proof stands for. */
const PIECE = 128;

export interface ProofTemplate {
  /** The page's bytes before the proof, and after it. */
  readonly before: string;
  readonly after: string;
  readonly hash: string;
  /** Of its pieces: they say where it was changed. */
  readonly pieces: readonly string[];
}

let made: ProofTemplate | undefined;

/** The page that a proof is in: the same for each of a version, with its program and nothing from outside. */
export function proofTemplate(): ProofTemplate {
  made ??= make();
  return made;
}

function make(): ProofTemplate {
  const page = read('page.html')
    .replace('/*STYLE*/\n', () => read('page.css'))
    .replace('/*SCRIPT*/\n', () => SCRIPTS.map((name) => scriptOf(read(`${name}.js`))).join('\n'));
  const [before = '', after = ''] = page.split('%PROOF%');
  const bytes = Buffer.from(before + after, 'utf8');
  const count = Math.ceil(bytes.length / PIECE);
  const pieces = Array.from({ length: count }, (_, index) =>
    hashOf(bytes.subarray(index * PIECE, (index + 1) * PIECE)).slice(0, 22),
  );
  return { before, after, hash: hashOf(bytes), pieces };
}

/** A page has one script: what its modules import from each other stands before it there. */
function scriptOf(source: string): string {
  return source.replaceAll(/^import [^;]*;\n/gm, '').replaceAll(/^export /gm, '');
}

function read(name: string): string {
  try {
    return readFileSync(join(DIRECTORY, name), 'utf8');
  } catch {
    return readFileSync(join(BUNDLED, name), 'utf8');
  }
}
