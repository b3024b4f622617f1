/** Why nobody is signed in, in a word of the product. */
export type OidcRefusal =
  | 'oidc.elsewhere'
  | 'oidc.denied'
  | 'oidc.expired'
  | 'oidc.invalid'
  | 'oidc.down'
  | 'oidc.unverified'
  | 'oidc.unknown'
  | 'oidc.removed'
  | 'oidc.several'
  | 'oidc.another';

export class SignInRefused extends Error {
  readonly word: OidcRefusal;

  constructor(word: OidcRefusal, options?: ErrorOptions) {
    super(word, options);
    this.name = 'SignInRefused';
    this.word = word;
  }
}
