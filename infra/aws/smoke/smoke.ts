/**
 * `npm run deploy:smoke`: deploys the stage `sandbox` to an emulator of AWS and reads back what was made,
 * resource by resource: an emulator reports success also for what it left out. It is a smoke test: what
 * an emulator accepts AWS may still refuse. Without an emulator it is skipped.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { BUNDLES_DIRECTORY, bundleFunctions } from '../../bundle.ts';
import { buildApp } from '../app.ts';
import { type Template, templateSchema } from '../checks/template.ts';
import { callQuery, type Emulator, elements } from './aws-calls.ts';
import { READERS } from './readers.ts';

const REGION = 'us-east-1';
const STACK = 'hexiao-sandbox';
/** An account that is nobody's; emulators take any. */
const ACCOUNT = '123456789012';

const { AWS_ENDPOINT_URL: endpoint } = process.env;
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
    const said = deploy(emulator, outdir);
    const made = await resourcesOf(emulator);
    if (made.size === 0) console.log(`FAILED nothing was made; cdk said:\n${said}`);
    const failures = await readBack(emulator, template, made);
    console.log(failures === 0 && made.size > 0 ? 'passed' : `${failures} failed`);
    return failures === 0 && made.size > 0 ? 0 : 1;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function synthesize(outdir: string): Template {
  bundleFunctions();
  const context = { region: REGION, stage: 'sandbox' };
  const app = buildApp({ bundlesDirectory: BUNDLES_DIRECTORY, context, outdir });
  return templateSchema.parse(app.synth().stacks[0]?.template);
}

/** Its exit code says little: what counts is read afterwards. */
function deploy({ endpoint }: Emulator, app: string): string {
  const env = {
    ...process.env,
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  };
  const cdk = (...args: string[]) => {
    const { stdout, stderr } = spawnSync('npx', ['cdk', ...args], { env, encoding: 'utf8' });
    return `${stdout}${stderr}`;
  };
  const bootstrapped = cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`, '--app', app);
  const parameter = `OperatorTokenSha256=${'0'.repeat(64)}`;
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

async function readBack(
  emulator: Emulator,
  { Resources }: Template,
  others: ReadonlyMap<string, string>,
): Promise<number> {
  let failures = 0;
  const notRead = new Map<string, number>();
  for (const [id, { Type, Properties: properties }] of Object.entries(Resources)) {
    const read = READERS[Type];
    if (read === undefined) {
      notRead.set(Type, (notRead.get(Type) ?? 0) + 1);
      continue;
    }
    const wrong = await wrongIn(
      () => read(emulator, { physicalId: others.get(id) ?? '', properties, others }),
      others.has(id),
    );
    if (wrong.length > 0) failures += 1;
    console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${Type} ${id}`);
    for (const line of wrong) console.log(`  ${line}`);
  }
  for (const [type, count] of notRead) console.log(`not read: ${count} × ${type}`);
  return failures;
}

async function wrongIn(
  read: () => ReturnType<NonNullable<(typeof READERS)[string]>>,
  isMade: boolean,
): Promise<string[]> {
  if (!isMade) return ['it was not made'];
  try {
    const findings = await read();
    return findings
      .filter(([, meant, found]) => !isDeepStrictEqual(meant, found))
      .map(
        ([name, meant, found]) =>
          `${name} is ${JSON.stringify(found)}, not ${JSON.stringify(meant)}`,
      );
  } catch (error) {
    return [`it cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
