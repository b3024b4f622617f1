import { type Resource, resourcesOf, stringsIn, type Template } from './template.ts';

/**
 * `Retain` keeps what a failed first deployment made, with nobody's data in it: a table, a log, a key that is paid
 * for. `RetainExceptOnCreate` keeps it from the moment that its creation succeeded as part of a whole.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 */
export function findForgotten(template: Template): string[] {
  return Object.entries(template.Resources)
    .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
    .map(
      ([id, { Type }]) => `${id} (${Type}) is kept also when its first deployment is rolled back`,
    );
}

/** Resources whose names are one list for all regions of an account, and the property that names them. */
const GLOBAL_NAMES: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::S3::Bucket': 'BucketName',
};

/** A name that CloudFormation makes up is its own everywhere; one of ours has to have the region in it. */
export function findGlobalNames(template: Template): string[] {
  return Object.entries(GLOBAL_NAMES).flatMap(([type, property]) =>
    resourcesOf(template, type)
      .filter(([, resource]) => isNamed(resource, property) && !hasRegion(resource, property))
      .map(([id]) => `${id} (${type}) has a ${property} without its region`),
  );
}

function isNamed({ Properties }: Resource, property: string): boolean {
  return Properties[property] !== undefined;
}

function hasRegion({ Properties }: Resource, property: string): boolean {
  return [...stringsIn(Properties[property])].some(({ text }) => REGION.test(text));
}

/** A region spelled out, or CloudFormation's word for it. */
const REGION = /AWS::Region|\b[a-z]{2}(-[a-z]+)+-\d\b/;
