/** One thing that the command line does. */
export interface Verb {
  /** How it is called and what it does, for people; ends with a line feed. */
  readonly help: string;
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
