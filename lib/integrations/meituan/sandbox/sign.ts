import { createHash } from 'node:crypto';

type Fields = Readonly<Record<string, string>>;

const joined = (fields: Fields) =>
  Object.keys(fields)
    .filter((name) => fields[name] !== '')
    .sort()
    .map((name) => `${name}${fields[name]}`)
    .join('');

/** sha1(signKey + k1v1k2v2…), lower hex. */
export function signPush(signKey: string, fields: Fields): string {
  return createHash('sha1')
    .update(`${signKey}${joined(fields)}`)
    .digest('hex');
}

/** md5(secret + k1v1… + secret), lower hex. */
export function signDianpingCall(secret: string, fields: Fields): string {
  return createHash('md5')
    .update(`${secret}${joined(fields)}${secret}`)
    .digest('hex');
}

/** The form that the platform posts, with its signature last. */
export function signedForm(signKey: string, fields: Fields): string {
  return new URLSearchParams({ ...fields, sign: signPush(signKey, fields) }).toString();
}
