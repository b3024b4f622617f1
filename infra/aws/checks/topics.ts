import { isRecord, listOf, refOf, resourcesOf, statementsIn, type Template } from './template.ts';

const CLOUDWATCH = 'cloudwatch.amazonaws.com';

/**
 * A policy takes the place of the one that SNS gives a new topic, which lets the whole account publish. So a
 * topic whose policy only denies receives nothing, and no alarm says that it could not send.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
 */
export function findMuteTopics(template: Template): string[] {
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');
  const topics = new Set(alarms.flatMap(([, { Properties }]) => targetsOf(Properties)));
  return [...topics].flatMap((topic) => {
    if (template.Resources[topic]?.Type !== 'AWS::SNS::Topic') {
      return [`an alarm notifies ${topic}, which is no topic of this stack`];
    }
    return mayPublish(template, topic)
      ? []
      : [
          `${topic} takes nothing from ${CLOUDWATCH}: allow it sns:Publish under aws:SourceAccount and aws:SourceArn`,
        ];
  });
}

/** What an alarm does in any of its states, as far as it is a resource of this template. */
function targetsOf(alarm: Readonly<Record<string, unknown>>): string[] {
  const { AlarmActions, OKActions, InsufficientDataActions } = alarm;
  return [AlarmActions, OKActions, InsufficientDataActions]
    .flatMap(listOf)
    .flatMap((action) => refOf(action) ?? []);
}

/** For alarms of this account only: without that, any account's alarm could publish through CloudWatch. */
function mayPublish(template: Template, topic: string): boolean {
  return resourcesOf(template, 'AWS::SNS::TopicPolicy')
    .filter(([, { Properties }]) => listOf(Properties.Topics).some((each) => refOf(each) === topic))
    .flatMap(([, { Properties }]) => [...statementsIn(Properties)])
    .some(
      ({ allows, actions, principal, resources, conditions }) =>
        allows &&
        actions.includes('sns:Publish') &&
        isRecord(principal) &&
        listOf(principal.Service).includes(CLOUDWATCH) &&
        resources.some((each) => refOf(each) === topic) &&
        hasKey(conditions.StringEquals, 'aws:SourceAccount') &&
        hasKey(conditions.ArnLike, 'aws:SourceArn'),
    );
}

function hasKey(condition: unknown, key: string): boolean {
  return isRecord(condition) && key in condition;
}
