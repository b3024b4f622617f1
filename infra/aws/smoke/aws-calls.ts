/**
 * Plain calls to an emulator of AWS, one for each of its protocols. Emulators distinguish services by the
 * signature's scope and check no signature, so none is made: these calls mean nothing to AWS itself.
 */
export interface Emulator {
  readonly endpoint: string;
  readonly region: string;
}

type Answer = Record<string, unknown>;

/** JSON by target header: logs, events. */
export async function callJson(
  { endpoint, region }: Emulator,
  service: string,
  target: string,
  body: object,
): Promise<Answer> {
  const headers = {
    ...scope(service, region),
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': target,
  };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
  return JSON.parse(await textOf(response)) as Answer;
}

/** JSON by path: Lambda, API Gateway. */
export async function callRest(
  { endpoint, region }: Emulator,
  service: string,
  path: string,
): Promise<Answer> {
  const response = await fetch(new URL(path, endpoint), { headers: scope(service, region) });
  return JSON.parse(await textOf(response)) as Answer;
}

/** Forms in, XML out: CloudFormation, CloudWatch, SNS, IAM. @returns the XML */
export async function callQuery(
  { endpoint, region }: Emulator,
  service: string,
  version: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: scope(service, region),
    body: new URLSearchParams({ Version: version, ...fields }),
  });
  return textOf(response);
}

/** The text of every element of a name, in the order they stand. */
export function elements(xml: string, name: string): string[] {
  const element = new RegExp(`<${name}>([^<]*)</${name}>`, 'g');
  return [...xml.matchAll(element)].map(([, text = '']) => text);
}

function scope(service: string, region: string) {
  const credential = `test/20000101/${region}/${service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
  };
}

async function textOf(response: Response): Promise<string> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200)}`);
  return text;
}
