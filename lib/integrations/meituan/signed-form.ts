import type { JsonValue } from '../../json/parse.ts';
import { exchange, refusal } from '../kit/http.ts';
import { type ClientContext, meituanBaseOf } from './context.ts';
import type { MeituanSettings } from './settings.ts';
import { signMeituan } from './sign.ts';

/** One signed form to 技术服务合作中心: what every call has, its own fields, the signature. @throws PlatformError */
export async function postSigned(
  call: {
    readonly businessId: string;
    readonly path: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly isForToken?: true;
  },
  settings: MeituanSettings,
  context: ClientContext,
): Promise<JsonValue> {
  const { businessId, path, fields, isForToken } = call;
  const { app, now } = context;
  const [signKey] = app.secrets.signKey ?? [];
  if (signKey === undefined) throw refusal(`${path} needs the secret signKey`);
  const timestamp = String(Math.floor(now() / 1000));
  const form = new URLSearchParams({ developerId: app.appKey, businessId, timestamp, ...fields });
  form.set('sign', signMeituan(signKey, form));
  const url = `${meituanBaseOf(settings)}${path}`;
  const init = { method: 'POST', body: form };
  return exchange(path, { url, init, ...(isForToken && { isForToken }) }, context);
}
