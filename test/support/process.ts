import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../infra/local/start.ts', import.meta.url));

/** Hexiao as its users start it: a process of its own. */
export interface RunningHexiao {
  readonly url: string;
  /** Everything it said on standard output so far. */
  readonly said: () => string;
  readonly kill: (signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL') => void;
  /** Its exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** Starts it on a port of its own choosing and waits until it says that it is ready. */
export async function startProcess(env: Record<string, string>): Promise<RunningHexiao> {
  const child = spawn(process.execPath, [START], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await readyUrl(child, (text) => {
    said += text;
    return said;
  });
  return { url, said: () => said, kill: (signal) => void child.kill(signal), exited };
}

function readyUrl(child: ChildProcess, hear: (text: string) => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it exited with ${code} before it was ready`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      const ready = /ready at (http:\S+)/.exec(hear(chunk.toString('utf8')));
      if (ready?.[1] !== undefined) resolve(ready[1]);
    });
  });
}
