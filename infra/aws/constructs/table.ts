import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TABLE } from '../../topology.ts';
import type { StageSettings } from '../settings.ts';
import type { Size } from '../throughput.ts';

/** The one table: the stack's own, or one that was attached to it. */
export function makeTable(scope: Construct, settings: StageSettings, size: Size): ITable {
  const { attachedTable } = settings;
  if (attachedTable !== undefined) return attach(scope, attachedTable);
  // CDK's classes say `undefined` where its interfaces say absent.
  return ownTable(scope, settings, size) as ITable;
}

/** Known by its name, so what its stack promises of a table is for whoever attaches it: docs/operating.md. */
function attach(
  scope: Construct,
  { name, keyArn }: NonNullable<StageSettings['attachedTable']>,
): ITable {
  const key =
    keyArn === undefined ? {} : { encryptionKey: Key.fromKeyArn(scope, 'AttachedKey', keyArn) };
  return Table.fromTableAttributes(scope, 'AttachedTable', { tableName: name, ...key });
}

/**
 * The table that the stack makes. It holds what providers are paid by, so unless its stage is meant to be thrown away it
 * outlives a deleted stack and takes two deliberate steps to delete. What a failed first deployment made is empty,
 * and is not kept.
 */
function ownTable(scope: Construct, settings: StageSettings, { warm }: Size): Table {
  const { tableKey, keepTable } = settings;
  const removalPolicy = keepTable
    ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    : RemovalPolicy.DESTROY;
  return new Table(scope, 'Table', {
    partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
    sortKey: { name: TABLE.sortKey, type: AttributeType.STRING },
    timeToLiveAttribute: TABLE.ttl,
    billingMode: BillingMode.PAY_PER_REQUEST,
    // Paid for once, when it is raised; it cannot be lowered.
    ...(warm && {
      warmThroughput: { readUnitsPerSecond: warm.reads, writeUnitsPerSecond: warm.writes },
    }),
    encryption: ENCRYPTION[tableKey],
    ...(tableKey === 'customer' ? { encryptionKey: makeKey(scope, removalPolicy) } : {}),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: keepTable,
    removalPolicy,
  });
}

/** It lives as long as the table, which nobody can read without it. */
function makeKey(scope: Construct, removalPolicy: RemovalPolicy): Key {
  return new Key(scope, 'TableKey', {
    description: 'Encrypts the table of Hexiao',
    enableKeyRotation: true,
    removalPolicy,
  });
}

/** The account's key shows every use in CloudTrail; one of our own can be taken away as well, and is paid for. */
const ENCRYPTION: Readonly<Record<StageSettings['tableKey'], TableEncryption>> = {
  'aws-owned': TableEncryption.DEFAULT,
  'aws-managed': TableEncryption.AWS_MANAGED,
  customer: TableEncryption.CUSTOMER_MANAGED,
};
