export interface Demo {
  readonly greeting: readonly string[];
  stop(): Promise<void>;
}
export async function startDemo(..._: unknown[]): Promise<Demo> {
  throw new Error('later');
}
