import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../../lib/crypto/hash.ts';

/**
 * Keeps a directory of data for this process. The table's own lock says only "database is closed", from a
 * place that nobody can catch. It is a socket that somebody listens on, so a process that was killed
 * leaves nothing that has to be cleared by hand.
 * @returns what gives it back; it is also given back when the process ends
 * @throws when another process keeps it, saying what to do
 */
export async function keep(directory: string): Promise<() => Promise<void>> {
  const place = placeOf(directory);
  const server = (await listen(place)) ?? (await listenAgain(place));
  if (server === undefined) {
    throw new Error(
      `${directory} is in use by another Hexiao: stop that one, or set HEXIAO_DATA to another directory.`,
    );
  }
  // It must not be what keeps the process alive.
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** Of a length that a socket's path may have, however long the directory's is. */
function placeOf(directory: string): string {
  const name = `hexiao-${sha256Hex(directory).slice(0, 16)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** @returns undefined when there is something at the place already */
function listen(place: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(place, () => resolve(server));
  });
}

/** What nobody answers at is left by a process that was killed. */
async function listenAgain(place: string): Promise<Server | undefined> {
  if (await isAnswered(place)) return undefined;
  rmSync(place, { force: true });
  return listen(place);
}

function isAnswered(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
