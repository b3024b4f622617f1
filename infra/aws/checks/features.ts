import type { Feature } from '../regions.ts';
import { isRecord, type Resource, statementsIn } from './template.ts';

/** For each feature that some region lacks: does this resource use it? */
export const USES: Readonly<Record<Feature, (resource: Resource) => boolean>> = {
  'cognito-user-pools': ({ Type }) => Type.startsWith('AWS::Cognito::UserPool'),
  'function-urls': ({ Type }) => Type === 'AWS::Lambda::Url',
  'lambda-package-keys': ({ Type, Properties: { Code } }) =>
    Type === 'AWS::Lambda::Function' && isRecord(Code) && 'SourceKMSKeyArn' in Code,
  'mapping-metrics': (resource) => mappingHas(resource, 'MetricsConfig'),
  'mapping-pollers': (resource) => mappingHas(resource, 'ProvisionedPollerConfig'),
  'mapping-tags': (resource) => mappingHas(resource, 'Tags'),
  'recursion-control': ({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' && 'RecursiveLoop' in Properties,
  'sqs-redrive': (resource) => allows(resource, /^sqs:(Start|Cancel|List)MessageMoveTasks?$/),
  xray: (resource) => {
    const { Type, Properties } = resource;
    return (
      Type.startsWith('AWS::XRay::') ||
      (isRecord(Properties.TracingConfig) && Properties.TracingConfig.Mode === 'Active') ||
      Properties.TracingEnabled === true ||
      allows(resource, /^xray:/)
    );
  },
};

function mappingHas({ Type, Properties }: Resource, property: string): boolean {
  return Type === 'AWS::Lambda::EventSourceMapping' && property in Properties;
}

function allows(resource: Resource, action: RegExp): boolean {
  return [...statementsIn(resource.Properties)].some(
    (statement) => statement.allows && statement.actions.some((name) => action.test(name)),
  );
}
