/**
 * `npm run deploy:smoke`: deploys the stage `sandbox` to an emulator of AWS and reads back what was made,
 * resource by resource: an emulator reports success also for what it left out. It is a smoke test: what
 * an emulator accepts AWS may still refuse. Then every platform is played against the deployed API.
 * Without an emulator it is skipped. DEPLOY_SMOKE_WITHOUT names properties and types of resources that
 * this emulator is known to leave out, with commas between: each is reported, and one that it does keep is
 * an error.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { BUNDLES_DIRECTORY, bundleFunctions } from '../../bundle.ts';
import { buildApp } from '../app.ts';
import { type Template, templateSchema } from '../checks/template.ts';
import { callQuery, type Emulator, elements } from './aws-calls.ts';
import { drive } from './drive.ts';
import { READERS } from './readers.ts';

const REGION = 'us-east-1';
const STACK = 'hexiao-sandbox';
const API = 'AWS::ApiGatewayV2::Api';

const { AWS_ENDPOINT_URL: endpoint, DEPLOY_SMOKE_WITHOUT: without = '' } = process.env;
const excused = new Set(without.split(',').filter(Boolean));

if (endpoint === undefined) {
  console.log(
    'SKIPPED: set AWS_ENDPOINT_URL to an emulator of AWS, such as http://localhost:4566.',
  );
} else if (/amazonaws\.com/.test(endpoint)) {
  throw new Error(
    'AWS_ENDPOINT_URL is AWS itself; deploy there with cdk deploy (docs/deploying.md).',
  );
} else {
  process.exitCode = await smoke({ endpoint, region: REGION });
}

/** @returns 0 when everything that can be read is as the template says */
async function smoke(emulator: Emulator): Promise<number> {
  const outdir = mkdtempSync(join(tmpdir(), 'hexiao-smoke-'));
  try {
    const template = synthesize(outdir);
    const operatorToken = `hxo_${randomBytes(24).toString('hex')}`;
    const said = deploy(emulator, await accountOf(emulator), outdir, operatorToken);
    const made = await resourcesOf(emulator);
    if (made.size === 0) console.log(`FAILED nothing was made; cdk said:\n${said}`);
    const failures = await readBack(emulator, template, made);
    const apiId = [...made].find(([id]) => template.Resources[id]?.Type === API)?.[1];
    if (apiId === undefined) return failed(failures + 1);
    const { isRight, said: simulated } = await drive(emulator, apiId, operatorToken);
    console.log(simulated);
    return failed(failures + (isRight ? 0 : 1));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** @returns the exit code */
function failed(failures: number): number {
  console.log(failures === 0 ? 'passed' : `${failures} failed`);
  return failures === 0 ? 0 : 1;
}

function synthesize(outdir: string): Template {
  bundleFunctions();
  const context = { region: REGION, stage: 'sandbox' };
  const app = buildApp({ bundlesDirectory: BUNDLES_DIRECTORY, context, outdir });
  return templateSchema.parse(app.synth().stacks[0]?.template);
}

/** Each emulator has an account of its own for those who say none. */
async function accountOf(emulator: Emulator): Promise<string> {
  const fields = { Action: 'GetCallerIdentity' };
  const [account] = elements(await callQuery(emulator, 'sts', '2011-06-15', fields), 'Account');
  if (account !== undefined) return account;
  throw new Error('The emulator does not say whose account it is: it needs STS.');
}

/** Its exit code says little: what counts is read afterwards. */
function deploy(
  { endpoint }: Emulator,
  account: string,
  app: string,
  operatorToken: string,
): string {
  const env = {
    ...process.env,
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    // There the CLI remembers whose account a key is, and would take another emulator's for this one's.
    CDK_HOME: join(app, '.cdk'),
  };
  const cdk = (...args: string[]) => {
    const { stdout, stderr } = spawnSync('npx', ['cdk', ...args], { env, encoding: 'utf8' });
    return `${stdout}${stderr}`;
  };
  const bootstrapped = cdk('bootstrap', `aws://${account}/${REGION}`, '--app', app);
  const parameter = `OperatorTokenSha256=${sha256Hex(operatorToken)}`;
  // Directly and without a change set, which not every emulator has.
  const options = ['--require-approval', 'never', '--method', 'direct', '--parameters', parameter];
  return bootstrapped + cdk('deploy', STACK, '--app', app, ...options);
}

/** Physical ids by logical id, of what is made. */
async function resourcesOf(emulator: Emulator): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  let token: string | undefined;
  do {
    const next = token === undefined ? {} : { NextToken: token };
    const fields = { Action: 'ListStackResources', StackName: STACK, ...next };
    const xml = await callQuery(emulator, 'cloudformation', '2010-05-15', fields).catch(() => '');
    for (const member of xml.split('<member>').slice(1)) {
      const [logical = ''] = elements(member, 'LogicalResourceId');
      const [physical] = elements(member, 'PhysicalResourceId');
      if (physical !== undefined) made.set(logical, physical);
    }
    [token] = elements(xml, 'NextToken');
  } while (token !== undefined);
  return made;
}

/** @returns how many resources are not as the template says, and how many excuses nothing needed */
async function readBack(
  emulator: Emulator,
  { Resources }: Template,
  others: ReadonlyMap<string, string>,
): Promise<number> {
  let failures = 0;
  const notRead = new Map<string, number>();
  const idle = new Set(excused);
  for (const [id, { Type, Properties: properties }] of Object.entries(Resources)) {
    const read = READERS[Type];
    if (read === undefined) {
      notRead.set(Type, (notRead.get(Type) ?? 0) + 1);
      continue;
    }
    const found = await wrongIn(
      Type,
      () => read(emulator, { physicalId: others.get(id) ?? '', properties, others }),
      others.has(id),
    );
    const wrong = found.filter(({ name }) => !excused.has(name));
    if (wrong.length > 0) failures += 1;
    console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${Type} ${id}`);
    for (const { name, text } of found) {
      idle.delete(name);
      console.log(`  ${excused.has(name) ? 'left out by the emulator: ' : ''}${text}`);
    }
  }
  for (const [type, count] of notRead) console.log(`not read: ${count} × ${type}`);
  for (const name of idle) console.log(`FAILED nothing needs the excuse of ${name}`);
  return failures + idle.size;
}

interface Wrong {
  readonly name: string;
  readonly text: string;
}

/** What cannot be read at all goes by the name of its type. */
async function wrongIn(
  type: string,
  read: () => ReturnType<NonNullable<(typeof READERS)[string]>>,
  isMade: boolean,
): Promise<Wrong[]> {
  if (!isMade) return [{ name: type, text: 'it was not made' }];
  try {
    const findings = await read();
    return findings
      .filter(([, meant, found]) => !isDeepStrictEqual(meant, found))
      .map(([name, meant, found]) => ({
        name,
        text: `${name} is ${JSON.stringify(found)}, not ${JSON.stringify(meant)}`,
      }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ name: type, text: `it cannot be read: ${why}` }];
  }
}
