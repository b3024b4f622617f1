import { jsonAnswer } from '../kit/answer.ts';
import type { App } from '../kit/app.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';

/** No page gives the platform's words; these are how it answers itself. */
export const DEFAULT_ACKNOWLEDGEMENT = '{"data":{"error_code":0,"description":"success"}}';

/** In the words of `settings.acknowledgement`, where the app is at hand. */
export function acknowledge(_request: SignedRequest, app?: Pick<App, 'settings'>): Answer {
  const words = app?.settings.acknowledgement;
  return jsonAnswer(typeof words === 'string' ? words : DEFAULT_ACKNOWLEDGEMENT);
}
