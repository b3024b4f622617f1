import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** One version of a secret, by its stage; undefined when it has none of that stage. */
export type FetchVersion = (
  secretId: string,
  stage: 'AWSCURRENT' | 'AWSPREVIOUS',
) => Promise<string | undefined>;

/** One version of a secret from AWS Secrets Manager. */
export function versionFetcher(client = new SecretsManagerClient({})): FetchVersion {
  return async (secretId, stage) => {
    try {
      const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage });
      return (await client.send(command)).SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
}
