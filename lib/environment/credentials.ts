/**
 * The bundles' stand-in for `@aws-sdk/credential-provider-node`, by its own name (infra/bundle.ts puts it
 * there). Lambda hands a function its role's credentials in these variables and replaces the
 * environment before they end, so the chain's other links (profiles, single sign-on, containers, instance
 * metadata) are a quarter of a bundle that is never run.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function defaultProvider() {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error(
        'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: a bundled function reads its credentials from ' +
          'the environment, as Lambda gives them.',
      );
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    };
  };
}
