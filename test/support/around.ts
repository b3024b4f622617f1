/** One call of an AWS client, before it goes out. */
export interface Call {
  /** `PutItemCommand`, `SendMessageCommand`, … */
  readonly command: string;
  readonly input: unknown;
}

/** Puts a function around every call that a client makes: it may look, fail, or lose the answer. */
export function aroundCalls(
  client: { readonly middlewareStack: object },
  around: (next: () => Promise<object>, call: Call) => Promise<object>,
): void {
  const stack = client.middlewareStack as MiddlewareStack;
  stack.add(
    (next, { commandName: command = '' }) =>
      (args) =>
        around(() => next(args), { command, input: args.input }),
    { step: 'initialize' },
  );
}

/** What of the clients' stacks is used here: their own types differ by the client's commands. */
interface MiddlewareStack {
  add(
    middleware: (
      next: (args: { readonly input: unknown }) => Promise<object>,
      context: { readonly commandName?: string },
    ) => (args: { readonly input: unknown }) => Promise<object>,
    options: { readonly step: 'initialize' },
  ): void;
}

/** From now on nothing that is sent waits on its queue: what is put off is there at the next step. */
export function sendWithoutDelay(sqs: { readonly middlewareStack: object }): void {
  aroundCalls(sqs, (next, { command, input }) => {
    if (command === 'SendMessageCommand') Object.assign(input as object, { DelaySeconds: 0 });
    if (command === 'SendMessageBatchCommand') {
      for (const entry of (input as { Entries: object[] }).Entries) {
        Object.assign(entry, { DelaySeconds: 0 });
      }
    }
    return next();
  });
}
