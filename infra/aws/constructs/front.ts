import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName, RouteSpec } from '../../topology.ts';

/**
 * Requests a second, and at once, that reach our functions; the rest get 429, and a platform sends
 * again what was not acknowledged. Kept under the smallest quota of an account (2,500 and 1,250 in
 * some regions), so that our own limit is the one that speaks.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const THROTTLE = { rateLimit: 1000, burstLimit: 1000 };

/**
 * What the access log keeps of a request. The route and not the path, because paths carry stores' and
 * vouchers' ids; no query, no header, no body.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS_LOG = {
  at: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  sourceIp: '$context.identity.sourceIp',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  functionLatencyMs: '$context.integrationLatency',
  functionStatus: '$context.integrationStatus',
  error: '$context.error.message',
  functionError: '$context.integrationErrorMessage',
};

export interface HttpFrontProps {
  readonly routes: readonly RouteSpec[];
  readonly handlers: ReadonlyMap<FunctionName, IFunction>;
}

/** The HTTP API: exactly the routes of the topology, whatever else is asked for gets 404 without a function. */
export class HttpFront extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { routes, handlers }: HttpFrontProps) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', { retention: RetentionDays.ONE_MONTH }),
        ),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.url = stage.url;

    for (const [name, handler] of handlers) {
      const integration = new HttpLambdaIntegration(name, handler);
      for (const { method, path } of routes.filter((route) => route.to === name)) {
        api.addRoutes({ path, methods: [HttpMethod[method]], integration });
      }
    }
  }
}
