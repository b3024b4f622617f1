import { pathToFileURL } from 'node:url';
import { type Emulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import { LOOPBACK } from '../../../infra/local/hexiao.ts';
import { FUNCTIONS } from '../../../infra/topology.ts';
import { TEST_BODY_KEYS_FILE } from '../../support/body-keys-file.ts';

/** What any function finds in its environment when these emulators stand for AWS. */
export function environmentOf(
  { databaseUrl, queueUrl, queues }: Emulators,
  operatorTokenHash = '0'.repeat(64),
): Record<string, string> {
  return {
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: databaseUrl, AWS_ENDPOINT_URL_SQS: queueUrl, TABLE_NAME },
    ...{ INTAKE_QUEUE_URL: queues.intake.url, INTAKE_DLQ_URL: queues.intake.deadLetterUrl },
    ATTRIBUTION_QUEUE_URL: queues.attribution.url,
    ...{ NOTICES_QUEUE_URL: queues.notices.url, NOTICES_DLQ_URL: queues.notices.deadLetterUrl },
    ATTRIBUTION_DLQ_URL: queues.attribution.deadLetterUrl,
    ...Object.assign({}, ...FUNCTIONS.map((spec) => spec.environment ?? {})),
    PRIVATE_ADDRESSES: LOOPBACK,
    BODY_KEYS: pathToFileURL(TEST_BODY_KEYS_FILE).href,
    PROOF_KEYS: pathToFileURL(TEST_BODY_KEYS_FILE).href,
    ...{ OPERATOR_TOKEN_SHA256: operatorTokenHash, METRICS_NAMESPACE: 'bench' },
  };
}
