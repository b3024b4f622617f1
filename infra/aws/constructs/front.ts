import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName, RouteSpec } from '../../topology.ts';
import type { StageSettings } from '../settings.ts';
import type { Size } from '../throughput.ts';

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

/** The name of what is counted from the access log; paid for like a metric of our own lines. */
const THROTTLED = 'RequestThrottled';

export interface HttpFrontProps {
  readonly routes: readonly RouteSpec[];
  readonly handlers: ReadonlyMap<FunctionName, IFunction>;
  readonly settings: Pick<StageSettings, 'domain'> & Pick<Size, 'throttle'>;
  readonly accessLogs: ILogGroup;
}

/** The HTTP API: exactly the routes of the topology, where no route is, a request gets 404 without a function. */
export class HttpFront extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  readonly url: string;
  /** What the operator's own name must point to, when there is one. */
  readonly domainTarget: string | undefined;

  readonly #accessLogs: ILogGroup;
  #throttled: MetricFilter | undefined;

  constructor(scope: Construct, id: string, props: HttpFrontProps) {
    super(scope, id);
    const { routes, handlers, settings, accessLogs } = props;
    this.#accessLogs = accessLogs;
    const domain = this.#makeDomain(settings.domain);
    this.api = new HttpApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      // One name is watched, filed and written into the platforms' consoles; no second way in.
      ...(domain === undefined ? {} : { disableExecuteApiEndpoint: true }),
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.throttle.rate, burstLimit: settings.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    if (domain !== undefined) {
      new ApiMapping(this, 'Mapping', { api: this.api, domainName: domain, stage: this.stage });
    }
    this.url = domain === undefined ? this.stage.url : `https://${domain.name}/`;
    this.domainTarget = domain?.regionalDomainName;

    for (const [name, handler] of handlers) {
      const integration = new HttpLambdaIntegration(name, handler);
      for (const { method, path } of routes.filter((route) => route.to === name)) {
        this.api.addRoutes({ path, methods: [HttpMethod[method]], integration });
      }
    }
  }

  /**
   * How many requests were answered 429. Among what the HTTP API counts itself they are 4xx like any other; here they
   * are counted from the access log.
   */
  throttled(namespace: string): Metric {
    this.#throttled ??= new MetricFilter(this, 'Throttled', {
      logGroup: this.#accessLogs,
      filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
      metricNamespace: namespace,
      metricName: THROTTLED,
    });
    return this.#throttled.metric();
  }

  #makeDomain(domain: StageSettings['domain']): DomainName | undefined {
    if (domain === undefined) return undefined;
    return new DomainName(this, 'Domain', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
  }
}
