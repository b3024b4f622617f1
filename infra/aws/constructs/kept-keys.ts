import { RemovalPolicy } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings.ts';

/** Letters and digits of it: far more than the 256 bits that the keys made of it have. */
const KEY_LENGTH = 64;

/**
 * What raw bodies are sealed with (`lib/secrets/body-keys.ts`), made with the stack and known to nobody. It lives as
 * long as the table, whose bodies nobody can read without it.
 */
export function makeBodyKeys(scope: Construct, settings: StageSettings): ISecret {
  const description = 'Hexiao: the keys of raw bodies, {"newest":"…","older":["…"]}';
  return keptKeys(scope, 'BodyKeys', description, settings);
}

/** What proofs of statements are signed with (`lib/secrets/proof-keys.ts`). */
export function makeProofKeys(scope: Construct, settings: StageSettings): ISecret {
  const description =
    'Hexiao: the keys of proofs, {"newest":"…","older":["…"],"retired":["<public key>"]}';
  return keptKeys(scope, 'ProofKeys', description, settings);
}

function keptKeys(
  scope: Construct,
  id: string,
  description: string,
  { keepTable }: StageSettings,
): ISecret {
  const secret = new Secret(scope, id, {
    description,
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ older: [] }),
      generateStringKey: 'newest',
      passwordLength: KEY_LENGTH,
      excludePunctuation: true,
    },
    removalPolicy: keepTable ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  });
  // CDK's classes say `undefined` where its interfaces say absent.
  return secret as ISecret;
}
