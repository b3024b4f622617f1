import type { Principal } from '../principal.ts';

/** Who is signed in. */
export interface SignedIn {
  /** A provider's name; null for the operator. */
  readonly who: string | null;
  readonly principal: Principal;
}

/** Who looks at a page of a provider's. */
export interface Viewer extends SignedIn {
  readonly who: string;
  readonly providerId: string;
}
