/** A small fault, put into a copy of the tree to see that something notices. */
export interface Plant {
  readonly name: string;
  /** What is wrong with the product then. */
  readonly what: string;
  /** From the root. */
  readonly file: string;
  /** A text that stands there exactly once … */
  readonly find: string;
  /** … and what stands instead. */
  readonly put: string;
  /** Why the world cannot meet it: then it is not tried there. */
  readonly outside?: string;
  /** The tests that are tried where the world notices nothing: files and, after `-t`, a name. */
  readonly suite: readonly string[];
  /** A fault that strangers once found here, put back; with the first words of the commit that mended it. */
  readonly was?: string;
}

/** The source with the fault in it. @throws where its text is not there, or more than once: the plant is stale */
export function withPlant(source: string, { name, file, find, put }: Plant): string {
  const count = source.split(find).length - 1;
  if (count !== 1) {
    throw new Error(`the plant ${name} is stale: its text stands ${count} times in ${file}`);
  }
  // A function: `$&` and the like mean nothing here.
  return source.replace(find, () => put);
}
