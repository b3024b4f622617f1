import {
  createHash,
  createPrivateKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenID Connect issuer of the tests: real HTTP, real signatures, and whatever goes wrong on purpose. */

export interface Person {
  readonly sub: string;
  readonly email?: string;
  readonly emailVerified?: boolean | string;
}

/** What the next sign-ins go wrong in. */
export interface Misdeeds {
  /** Over the claims that are right. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** `none`: it signs nothing and says so. `forged`: signed by a key that nobody published. */
  readonly signature?: 'none' | 'forged';
  /** The person said no. */
  readonly isDenied?: boolean;
  /** The mail address comes from the endpoint for it, and not with the token. */
  readonly isMailApart?: boolean;
}

export type Algorithm = 'RS256' | 'ES256';

interface Code {
  readonly person: Person;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
  isOver: boolean;
}

export const CLIENT_ID = 'hexiao-of-the-tests';
export const CLIENT_SECRET = 'a-client-secret:with signs';

export class OidcIssuer {
  person: Person = { sub: 'nobody' };
  misdeeds: Misdeeds = {};
  now: () => number;
  readonly requests: string[] = [];
  readonly #codes = new Map<string, Code>();
  readonly #mails = new Map<string, Person>();
  #keys: { readonly kid: string; readonly key: KeyObject; readonly algorithm: Algorithm }[] = [];
  #server: Server | undefined;
  #url = '';

  constructor(now: () => number) {
    this.now = now;
  }

  static async start(algorithm: Algorithm, now: () => number): Promise<OidcIssuer> {
    const issuer = new OidcIssuer(now);
    issuer.rotate(algorithm);
    const server = createServer((request, response) => void issuer.#answer(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    issuer.#server = server;
    issuer.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return issuer;
  }

  get url(): string {
    return this.#url;
  }

  /** From now on it signs with another key, and publishes that one alone. */
  rotate(algorithm: Algorithm): void {
    this.#keys = [{ kid: randomBytes(4).toString('hex'), key: makeKey(algorithm), algorithm }];
  }

  /** Codes that were given and not used are worth nothing any more. */
  expireCodes(): void {
    for (const code of this.#codes.values()) code.isOver = true;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((done) => this.#server?.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#url);
    this.requests.push(url.pathname);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = new URLSearchParams(text);
    const bearer = request.headers.authorization ?? '';
    const [status, answer] = this.#route(url, body, bearer);
    if (typeof answer === 'string') response.writeHead(status, { location: answer }).end();
    else
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer));
  }

  #route(url: URL, body: URLSearchParams, authorization: string): [number, string | object] {
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return [200, this.#discovery()];
      case '/keys':
        return [200, { keys: this.#keys.map(publicKeyOf) }];
      case '/authorize':
        return [302, this.#authorize(url.searchParams)];
      case '/token':
        return this.#token(body, authorization);
      case '/userinfo':
        return this.#userInfo(authorization);
      default:
        return [404, {}];
    }
  }

  #discovery() {
    return {
      issuer: this.#url,
      authorization_endpoint: `${this.#url}/authorize`,
      token_endpoint: `${this.#url}/token`,
      userinfo_endpoint: `${this.#url}/userinfo`,
      jwks_uri: `${this.#url}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256', 'none'],
    };
  }

  #authorize(asked: URLSearchParams): string {
    const given = (name: string) => asked.get(name) ?? '';
    const back = new URL(given('redirect_uri'));
    back.searchParams.set('state', given('state'));
    if (given('client_id') !== CLIENT_ID || given('code_challenge_method') !== 'S256')
      back.searchParams.set('error', 'invalid_request');
    else if (this.misdeeds.isDenied === true) back.searchParams.set('error', 'access_denied');
    else {
      const code = randomBytes(8).toString('hex');
      const challenge = given('code_challenge');
      const redirectUri = given('redirect_uri');
      const begun = { nonce: given('nonce'), challenge, redirectUri, isOver: false };
      this.#codes.set(code, { person: this.person, ...begun });
      back.searchParams.set('code', code);
    }
    return back.href;
  }

  #token(body: URLSearchParams, authorization: string): [number, object] {
    const credentials = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
    const [id = '', secret = ''] = credentials.split(':').map(formDecoded);
    if (id !== CLIENT_ID || secret !== CLIENT_SECRET) return [401, { error: 'invalid_client' }];
    const code = this.#codes.get(body.get('code') ?? '');
    const verifier = body.get('code_verifier') ?? '';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const isRight =
      code !== undefined &&
      !code.isOver &&
      code.challenge === challenge &&
      code.redirectUri === body.get('redirect_uri');
    if (!isRight) return [400, { error: 'invalid_grant' }];
    code.isOver = true;
    const accessToken = randomBytes(8).toString('hex');
    this.#mails.set(accessToken, code.person);
    const idToken = this.#idToken(code);
    return [
      200,
      { access_token: accessToken, token_type: 'Bearer', expires_in: 60, id_token: idToken },
    ];
  }

  #userInfo(authorization: string): [number, object] {
    const person = this.#mails.get(authorization.replace(/^Bearer /, ''));
    return person === undefined ? [401, {}] : [200, { sub: person.sub, ...mailOf(person) }];
  }

  #idToken({ person, nonce }: Code): string {
    const { claims = {}, signature, isMailApart } = this.misdeeds;
    const seconds = Math.floor(this.now() / 1000);
    const told = {
      ...{ iss: this.#url, sub: person.sub, aud: CLIENT_ID, nonce },
      ...{ iat: seconds, exp: seconds + 300 },
      ...(isMailApart === true ? {} : mailOf(person)),
      ...claims,
    };
    const [known] = this.#keys;
    if (known === undefined) throw new Error('it has a key');
    const { kid, algorithm } = known;
    if (signature === 'none') return `${encoded({ alg: 'none' })}.${encoded(told)}.`;
    const key = signature === 'forged' ? makeKey(algorithm) : known.key;
    const signed = `${encoded({ alg: algorithm, kid })}.${encoded(told)}`;
    const bytes = createSign('sha256').update(signed).sign({ key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${bytes.toString('base64url')}`;
  }
}

function mailOf({ email, emailVerified }: Person) {
  return {
    ...(email !== undefined && { email }),
    ...(emailVerified !== undefined && { email_verified: emailVerified }),
  };
}

function makeKey(algorithm: Algorithm): KeyObject {
  // Exported and read again, since what makes keys may be another process's pair.
  const { privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function publicKeyOf({ kid, key, algorithm }: { kid: string; key: KeyObject; algorithm: string }) {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open } = key.export({ format: 'jwk' });
  return { ...open, kid, alg: algorithm, use: 'sig' };
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A client's id and secret are form-encoded before they are joined (RFC 6749 2.3.1). */
const formDecoded = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
