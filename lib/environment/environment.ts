/**
 * Reads the named variables of a function's environment.
 * @throws when one is missing, naming it: at start, not at the first request
 */
export function readEnvironment<const Name extends string>(
  names: readonly Name[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<Name, string> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(`Set ${missing.join(', ')}: infra/topology.ts says what this function needs.`);
  }
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? ''])) as Record<
    Name,
    string
  >;
}
