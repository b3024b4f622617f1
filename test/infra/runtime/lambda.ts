import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answered, RuntimeApi } from './runtime-api.ts';

const BOOTSTRAP = join(import.meta.dirname, 'bootstrap.mjs');

/** This machine may be busy with something else; what hangs is cut off all the same. */
const SLOWER_THAN_LAMBDA = 10;

export interface LambdaOptions {
  /** The function's package, unpacked. */
  readonly directory: string;
  /** As the template says it, such as `index.handler`. */
  readonly handler: string;
  /** All that the function finds in its environment: nothing of this process's is passed on. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** One execution environment of a deployed function: a process of its own, one event at a time. */
export class Lambda {
  private readonly child: ChildProcess;
  private readonly api: RuntimeApi;
  private readonly options: LambdaOptions;
  private readonly died: Promise<never>;
  private output = '';

  static async start(options: LambdaOptions): Promise<Lambda> {
    const failed = Promise.withResolvers<never>();
    // Unheard until somebody invokes: that it did not start is told to whoever does.
    failed.promise.catch(() => {});
    const api = await RuntimeApi.start((error) => failed.reject(error));
    const child = spawn(process.execPath, [BOOTSTRAP], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...options.environment,
        AWS_LAMBDA_RUNTIME_API: api.address,
        LAMBDA_TASK_ROOT: options.directory,
        _HANDLER: options.handler,
      },
    });
    return new Lambda(child, api, options, failed);
  }

  private constructor(
    child: ChildProcess,
    api: RuntimeApi,
    options: LambdaOptions,
    failed: PromiseWithResolvers<never>,
  ) {
    this.child = child;
    this.api = api;
    this.options = options;
    this.died = failed.promise;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
      });
    }
    child.once('exit', (code) => failed.reject(new Error(`exited with ${code}: ${this.output}`)));
  }

  /** What the function wrote, which on Lambda is its log. */
  get log(): string {
    return this.output;
  }

  /**
   * The most resident memory that the process had so far, in bytes, as Linux tells it. Not `maxRSS`: that
   * begins with what its parent had.
   * @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
   */
  get peakBytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** @throws when the process ends before it answers, or takes far longer than its time-out */
  async invoke(event: unknown): Promise<Answered> {
    const timeoutMs = this.options.timeoutMs * SLOWER_THAN_LAMBDA;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        late.reject(new Error(`no answer in ${timeoutMs} ms: Lambda would end the function here`)),
      timeoutMs,
    );
    try {
      return await Promise.race([this.api.invoke(event, timeoutMs), this.died, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    const ended = this.child.exitCode === null ? once(this.child, 'exit') : undefined;
    this.child.kill('SIGKILL');
    await ended;
    await this.api.stop();
  }
}
