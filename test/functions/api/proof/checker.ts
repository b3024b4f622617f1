/** The page's own program, as the tests use it. It is JavaScript with types in its comments: `tsc` checks it apart. */

export interface CheckedRow {
  readonly entry: string;
  readonly kind: string;
  readonly amountFen: number;
  readonly event: string | null;
  readonly delivery: string | null;
  readonly takesBack: string | null;
}

export interface Damage {
  readonly what: 'byte' | 'fields' | 'part';
  readonly line: number;
  readonly word: string;
  readonly field: string;
  readonly at?: number;
  readonly was?: string;
  readonly is?: string;
  readonly row?: number;
}

export interface Checked {
  readonly isLine: boolean;
  readonly isSound: boolean;
  readonly isMended: boolean;
  readonly head: { readonly statement: string; readonly lines: number };
  readonly totals: object;
  readonly rows: readonly CheckedRow[];
  readonly publicKey: string;
  readonly damage: readonly Damage[];
  readonly breaks: readonly { readonly link: string; readonly detail?: string }[];
  readonly faults: readonly object[];
  readonly faultsOfMonth: readonly object[];
}

interface Program {
  readonly verdictOf: (checked: Checked) => string;
  readonly verdictBeside: (
    other: Checked,
    own: Checked | undefined,
  ) => { is: string; isOwnKey: boolean; isOwnStatement: boolean; isOwnContent: boolean };
  readonly splitFile: (file: string) => { text: string; page: string | null; start: number };
  readonly checkProof: (text: string, page: string | null) => Promise<Checked>;
  readonly lineProof: (month: Checked, index: number) => string;
  readonly verifyByHand: (
    key: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ) => Promise<boolean>;
  readonly bytesOf: (text: string) => Uint8Array;
  readonly fromBase64url: (text: string) => Uint8Array;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
}

const FOLDER = '../../../../functions/api/page/assets/proof';

const modules: unknown[] = await Promise.all(
  ['hash', 'ed25519', 'check', 'compare'].map((name) => {
    const { href } = new URL(`${FOLDER}/${name}.js`, import.meta.url);
    return import(/* @vite-ignore */ href) as unknown;
  }),
);

export const {
  splitFile,
  checkProof,
  lineProof,
  verdictOf,
  verdictBeside,
  verifyByHand,
  bytesOf,
  fromBase64url,
  sha256,
} = Object.assign({}, ...modules) as Program;

/** The checker that knows docs/proof.md alone. */
const independent = (await import(
  /* @vite-ignore */ new URL('independent.mjs', import.meta.url).href
)) as {
  readonly complaints: (file: Buffer) => string[];
  readonly nameOf: (event: object) => string;
};

export const { nameOf } = independent;

/** What it has against a file; what it cannot even read is one, too. */
export function complaints(file: string): string[] {
  try {
    return independent.complaints(Buffer.from(file, 'latin1'));
  } catch (error) {
    return [String(error)];
  }
}
