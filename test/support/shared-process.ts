import { afterAll, expect, vi } from 'vitest';

/**
 * Runs before each test file that goes on in the process of another. The file gets modules of its own, as in a new
 * process; only the libraries stay loaded. It has to leave as it was everything that a process has one of.
 */
vi.resetModules();

/**
 * A server of hono puts its own here when it begins; the next file has the platform's until it begins one itself. And
 * libraries that are loaded clean up when the process ends.
 */
const OF_LIBRARIES = ['global Request', 'global Response', 'listeners to exit'];

const before = oneOfEach();

// The hook that is registered first runs last: after all that the file itself ends with.
afterAll(() => {
  const after = oneOfEach();
  // First all is put back, so that the next file does not fail for this one.
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  putBack(before);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names
    .filter((name) => !Object.is(before.get(name), after.get(name)))
    // A library that is loaded may bring a global of its own.
    .filter((name) => before.has(name) || !name.startsWith('global '))
    .filter((name) => !OF_LIBRARIES.includes(name));
  expect(changed, 'what this file leaves changed for the next one in its process').toEqual([]);
});

function oneOfEach(): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['directory', process.cwd()],
    ['exit code', process.exitCode],
    ['stdout', Reflect.get(process.stdout, 'write')],
    ['stderr', Reflect.get(process.stderr, 'write')],
    ...process
      .eventNames()
      .map((name) => [`listeners to ${String(name)}`, process.listenerCount(name)] as const),
    ...Object.entries(process.env).map(([name, value]) => [`environment ${name}`, value] as const),
    // What has no value of its own is made by the platform when somebody asks for it, as these are.
    ['global Request', Request],
    ['global Response', Response],
    ...Object.entries(Object.getOwnPropertyDescriptors(globalThis))
      .filter(([name, { value }]) => value !== undefined && !name.startsWith('__vitest'))
      .map(([name, { value }]) => [`global ${name}`, value] as const),
  ]);
}

function putBack(kept: ReadonlyMap<string, unknown>): void {
  process.chdir(String(kept.get('directory')));
  for (const name of Object.keys(process.env)) {
    if (!kept.has(`environment ${name}`)) delete process.env[name];
  }
  for (const [name, value] of kept) {
    if (name.startsWith('environment ')) process.env[name.slice(12)] = String(value);
    if (name.startsWith('global ')) define(name.slice(7), value);
  }
}

function define(name: string, value: unknown): void {
  const standing = Object.getOwnPropertyDescriptor(globalThis, name);
  if (standing !== undefined && Object.is(standing.value, value)) return;
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
