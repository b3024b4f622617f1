let made = 0;

/** An id that no other test of this file uses. */
export function fresh(what: string): string {
  made += 1;
  return `${what}-${made}`;
}
