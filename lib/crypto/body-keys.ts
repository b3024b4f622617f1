/**
 * What raw bodies are sealed with. The newest key seals; each sealed body names its own, so that older ones are
 * read after a rotation.
 */

export interface BodyKey {
  /** Names it where it was used, and says nothing of it. */
  readonly keyId: string;
  readonly secret: string;
}

export interface BodyKeys {
  newest(): Promise<BodyKey>;
  /** @throws Problem `body-key-missing` */
  of(keyId: string): Promise<BodyKey>;
}

/** Of a function that neither seals bodies nor reads them, and is not given their key. */
export const NO_BODY_KEYS: BodyKeys = {
  newest: () => Promise.reject(new Error(NONE)),
  of: () => Promise.reject(new Error(NONE)),
};

const NONE =
  'This function was given no key of raw bodies: say bodies: true of it in infra/topology.ts.';
