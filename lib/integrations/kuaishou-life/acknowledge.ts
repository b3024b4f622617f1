import type { App } from '../kit/app.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/** No page tells the platform's words; these are how it answers itself. */
export const DEFAULT_ACKNOWLEDGEMENT = '{"data":{"error_code":0,"description":"success"}}';

/** In the words of `settings.acknowledgement`, where the app is at hand. */
export function acknowledge(_request: SignedRequest, app?: Pick<App, 'settings'>): Answer {
  const told = app?.settings.acknowledgement;
  const body = typeof told === 'string' ? told : DEFAULT_ACKNOWLEDGEMENT;
  return { status: 200, headers: JSON_HEADERS, body };
}
