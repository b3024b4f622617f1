/** Events as the services send them, made and not pasted. */

export interface HttpRequest {
  readonly method: string;
  /** With its query, as it stands in the address. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The HTTP API encodes every body that is not text to it; both forms reach functions. */
  readonly asText?: boolean;
}

/**
 * An API Gateway HTTP API event, payload format 2.0.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent({ method, path, headers = {}, body, asText = false }: HttpRequest) {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: 'api.test', ...headers },
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'api.test',
      domainPrefix: 'api',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: 'request-1',
      routeKey: '$default',
      stage: '$default',
      time: '01/Oct/2025:00:00:00 +0000',
      timeEpoch: 1_759_276_800_000,
    },
    isBase64Encoded: body !== undefined && !asText,
    ...(body === undefined
      ? {}
      : { body: asText ? String(body) : Buffer.from(body as string).toString('base64') }),
  };
}

/** What a function behind the HTTP API answers. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function sqsEvent(bodies: readonly string[]) {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `message-${index}`,
      receiptHandle: `handle-${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1759276800000',
        SenderId: 'sender',
        ApproximateFirstReceiveTimestamp: '1759276800001',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:queue',
      awsRegion: 'us-east-1',
    })),
  };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
export function scheduleEvent() {
  return {
    version: '0',
    id: '00000000-0000-0000-0000-000000000000',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2025-10-01T00:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/schedule'],
    detail: {},
  };
}
