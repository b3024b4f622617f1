/**
 * Asks a Hexiao that may not be there. @throws Error that says what to do, where `fetch` says that it failed
 * @param url of Hexiao, without a slash at its end
 */
export async function reach(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, init);
  } catch (error) {
    throw new Error(wordsOf(url, error), { cause: error });
  }
}

/** Nothing was sent when one of these came. */
const NOBODY_THERE =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

function wordsOf(url: string, error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `${url} did not answer in time. What was requested may be done: look before you repeat it.`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (NOBODY_THERE.test(code)) return `cannot reach ${url}: is it running? (${code})`;
  const reason = cause instanceof Error ? cause.message : String(error);
  return `No answer came from ${url} (${reason}). Is the address right? What was requested may be done: look before you repeat it.`;
}
