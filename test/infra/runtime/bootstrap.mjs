/**
 * The least of a Lambda runtime for Node: load the handler from the task root, then ask for an
 * invocation, call the handler, hand back what it says, for ever. JavaScript and not TypeScript, so that
 * nothing is stripped on the way to the first request, which is timed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const base = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

const [file, name] = _HANDLER.split('.');
const before = process.cpuUsage();
let handler;
try {
  const module = await import(pathToFileURL(join(LAMBDA_TASK_ROOT, `${file}.mjs`)).href);
  handler = module[name];
  if (typeof handler !== 'function') throw new Error(`${_HANDLER} is not a function`);
} catch (error) {
  await call('POST', `${base}/init/error`, errorBody(error));
  process.exit(1);
}
/** Microseconds of processor that loading the handler took. */
const importCpu = micros(process.cpuUsage(before));
/** The same of the whole start, node's own included. */
const initCpu = micros(process.cpuUsage());

for (;;) {
  const { headers, text } = await call('GET', `${base}/invocation/next`);
  const id = headers['lambda-runtime-aws-request-id'];
  const context = {
    awsRequestId: id,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => Number(headers['lambda-runtime-deadline-ms']) - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(text), context);
    // Beside the protocol, for the benches: what the process has used so far.
    await call('POST', `${base}/invocation/${id}/response`, JSON.stringify(result ?? null), {
      'x-import-cpu-micros': String(importCpu),
      'x-init-cpu-micros': String(initCpu),
      'x-cpu-micros': String(micros(process.cpuUsage())),
    });
  } catch (error) {
    await call('POST', `${base}/invocation/${id}/error`, errorBody(error));
  }
}

function errorBody(error) {
  return JSON.stringify({
    errorType: error?.name ?? 'Error',
    errorMessage: String(error?.message),
  });
}

function micros({ user, system }) {
  return user + system;
}

/** Node's own client, as the real runtime's: `fetch` would load a second HTTP stack. */
function call(method, url, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
