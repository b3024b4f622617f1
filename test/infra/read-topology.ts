import {
  attributeOf,
  isRecord,
  listOf,
  type Resource,
  refOf,
  resourcesOf,
  type Statement,
  statementsIn,
  type Template,
} from '../../infra/aws/checks/template.ts';

/**
 * Reads a template backwards, into the words of `infra/topology.ts`: what is deployed, as against what
 * was meant. Grants are read from the roles' policies and not from anything that names the intention.
 */
export function readTopology(template: Template) {
  return {
    queues: Object.fromEntries(
      queueIds(template, 'Queue').map(([name, id]) => [name, readQueue(template, id)]),
    ),
    functions: [...functionNames(template)].map(([id, folder]) =>
      readFunction(template, id, folder),
    ),
    routes: readRoutes(template),
  };
}

/** The functions' folders by logical id. */
export function functionNames(template: Template): Map<string, string> {
  return new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
      id,
      textOf(Properties.Description).replace('Hexiao ', ''),
    ]),
  );
}

/** The logical id and the properties of that folder's function. */
export function functionOf(template: Template, folder: string): [string, Record<string, unknown>] {
  const [id] = [...functionNames(template)].find(([, name]) => name === folder) ?? [];
  const properties = template.Resources[id ?? '']?.Properties;
  if (id === undefined || properties === undefined) throw new Error(`no function ${folder}`);
  return [id, properties];
}

/** What a function finds in its environment; what only a deployment knows is still a reference. */
export function variablesOf(template: Template, folder: string): Record<string, unknown> {
  const [, { Environment }] = functionOf(template, folder);
  const variables = isRecord(Environment) ? Environment.Variables : undefined;
  return isRecord(variables) ? variables : {};
}

/** What a function's role may do. */
export function grantsOf(template: Template, functionId: string): Statement[] {
  const role = attributeOf(template.Resources[functionId]?.Properties.Role, 'Arn');
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => listOf(Properties.Roles).some((each) => ref(each) === role))
    .flatMap(([, { Properties }]) => [...statementsIn(Properties)]);
}

/** @throws where a template has something else in the place of a text */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`expected a text, got ${JSON.stringify(value)}`);
}

function readQueue(template: Template, id: string) {
  const { Properties } = resource(template, id);
  const redrive = isRecord(Properties.RedrivePolicy) ? Properties.RedrivePolicy : {};
  return {
    visibilityTimeoutSeconds: Properties.VisibilityTimeout,
    maxReceiveCount: redrive.maxReceiveCount,
    retentionDays: Number(Properties.MessageRetentionPeriod) / 86_400,
  };
}

function readFunction(template: Template, id: string, folder: string) {
  const { Properties } = resource(template, id);
  const grants = grantsOf(template, id);
  const queuesWith = (action: string, kind: 'Queue' | 'DeadLetters') =>
    queueIds(template, kind)
      .filter(([, queueId]) => allowed(grants, action, queueId))
      .map(([name]) => name)
      .toSorted();
  const [mapping] = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').filter(
    ([, found]) => calledBy(template, found.Properties.FunctionName) === id,
  );
  const [rule] = resourcesOf(template, 'AWS::Events::Rule').filter(([, found]) =>
    listOf(found.Properties.Targets).some(
      (target) => isRecord(target) && calledBy(template, target.Arn) === id,
    ),
  );
  return {
    folder,
    memoryMb: Properties.MemorySize,
    timeoutSeconds: Properties.Timeout,
    table: grants.some(({ actions }) => actions.includes('dynamodb:PutItem'))
      ? 'readWrite'
      : 'read',
    keys: leadingKeys(grants),
    secrets: readsSecret(grants, (resource) => JSON.stringify(resource).includes('/apps/*')),
    bodies: readsSecret(grants, (resource) => refOf(resource) === bodyKeysId(template)),
    proofs: readsSecret(grants, (resource) => refOf(resource) === proofKeysId(template)),
    sendsTo: queuesWith('sqs:SendMessage', 'Queue'),
    // A consumer may read its queue's attributes too; only an inspector may read the dead letters'.
    inspects: queuesWith('sqs:GetQueueAttributes', 'DeadLetters'),
    redrives: queuesWith('sqs:DeleteMessage', 'DeadLetters'),
    scans: grants.some(({ actions }) => actions.includes('dynamodb:Scan')),
    consumes: mapping === undefined ? undefined : readMapping(template, mapping[1]),
    schedule: rule === undefined ? undefined : readSchedule(rule[1]),
  };
}

function readsSecret(grants: readonly Statement[], isIt: (resource: unknown) => boolean): boolean {
  return grants.some(
    ({ actions, resources }) =>
      actions.includes('secretsmanager:GetSecretValue') && resources.some(isIt),
  );
}

/** The logical id of the secret that raw bodies are sealed with. */
export function bodyKeysId(template: Template): string | undefined {
  return secretId(template, 'BodyKeys');
}

/** The logical id of the secret that proofs are signed with. */
export function proofKeysId(template: Template): string | undefined {
  return secretId(template, 'ProofKeys');
}

function secretId(template: Template, name: string): string | undefined {
  const secrets = resourcesOf(template, 'AWS::SecretsManager::Secret').map(([id]) => id);
  return secrets.find((id) => id.startsWith(name));
}

/** The partitions that a role is held to; `everything` where a statement on keyed access has no condition. */
function leadingKeys(grants: readonly Statement[]): string[] {
  const keyed = grants.filter(({ actions }) => actions.includes('dynamodb:GetItem'));
  const keys = keyed.flatMap(({ conditions }) => {
    const like = isRecord(conditions['ForAllValues:StringLike'])
      ? conditions['ForAllValues:StringLike']['dynamodb:LeadingKeys']
      : undefined;
    return like === undefined ? ['everything'] : listOf(like).map(textOf);
  });
  return [...new Set(keys.map((key) => key.replace(/#\*$/, '')))].toSorted();
}

function readMapping(template: Template, { Properties }: Resource) {
  const source = attributeOf(Properties.EventSourceArn, 'Arn');
  return {
    queue: queueIds(template, 'Queue').find(([, id]) => id === source)?.[0],
    batchSize: Properties.BatchSize,
    batchingWindowSeconds: Properties.MaximumBatchingWindowInSeconds,
    maxConcurrency: isRecord(Properties.ScalingConfig)
      ? Properties.ScalingConfig.MaximumConcurrency
      : undefined,
  };
}

function readSchedule({ Properties }: Resource) {
  const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(textOf(Properties.ScheduleExpression)) ?? [];
  return { everyMinutes: Number(minutes) };
}

function readRoutes(template: Template) {
  const folders = functionNames(template);
  return resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
    const [method, path] = textOf(Properties.RouteKey).split(' ');
    const join = isRecord(Properties.Target) ? listOf(Properties.Target['Fn::Join'])[1] : [];
    const integration = resource(template, textOf(ref(listOf(join)[1])));
    const target = calledBy(template, integration.Properties.IntegrationUri);
    return { method, path, to: folders.get(target ?? '') };
  });
}

/** The function whose live alias a value names in any of CloudFormation's ways; nothing for another. */
function calledBy(template: Template, value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map((each) => calledBy(template, each)).find(Boolean);
  if (!isRecord(value)) return undefined;
  const named = template.Resources[String(value.Ref)];
  if (named?.Type !== 'AWS::Lambda::Alias') return calledBy(template, Object.values(value));
  return named.Properties.Name === 'live' ? textOf(ref(named.Properties.FunctionName)) : undefined;
}

/** `intake` and the logical id of its queue or of its dead letters. */
export function queueIds(template: Template, kind: 'Queue' | 'DeadLetters'): [string, string][] {
  return resourcesOf(template, 'AWS::SQS::Queue').flatMap(([id]): [string, string][] => {
    const [, name, found] = /^([a-z]+)(Queue|DeadLetters)[0-9A-F]{8}$/.exec(id) ?? [];
    return name !== undefined && found === kind ? [[name, id]] : [];
  });
}

function allowed(grants: readonly Statement[], action: string, id: string): boolean {
  return grants.some(
    ({ allows, actions, resources }) =>
      allows &&
      actions.includes(action) &&
      resources.some((each) => attributeOf(each, 'Arn') === id),
  );
}

function resource(template: Template, id: string): Resource {
  const found = template.Resources[id];
  if (found === undefined) throw new Error(`the template has no resource ${id}`);
  return found;
}

function ref(value: unknown): unknown {
  return isRecord(value) ? value.Ref : undefined;
}
