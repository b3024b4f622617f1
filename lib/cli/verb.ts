/** One thing that the command line does. Its name, arguments and one line stand in the table of verbs.ts. */
export interface Verb {
  /** What `help VERB` says under its line; '' where that line is all. Ends with a line feed else. */
  readonly details: string;
  /** @returns the exit code. @throws UsageError for arguments that make no sense */
  run(args: readonly string[]): Promise<number>;
}

/** The call was wrong: its message says how to put it right. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
