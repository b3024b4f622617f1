import { isRecord, listOf } from '../checks/template.ts';
import { callRest, type Emulator } from './aws-calls.ts';
import { type Reader, referred, same } from './reader.ts';

/** How functions are read back, and the API in front of them. */
export const FUNCTION_READERS: Readonly<Record<string, Reader>> = {
  async 'AWS::Lambda::Function'(emulator, { physicalId, properties }) {
    const path = `/2015-03-31/functions/${physicalId}`;
    const { Configuration } = await callRest(emulator, 'lambda', path);
    const found = isRecord(Configuration) ? Configuration : {};
    const variables = (of: unknown) =>
      isRecord(of) && isRecord(of.Variables) ? Object.keys(of.Variables).toSorted() : [];
    return [
      ...same(properties, found, ['Runtime', 'Handler', 'MemorySize', 'Timeout', 'Architectures']),
      ['Environment', variables(properties.Environment), variables(found.Environment)],
      ['has code', true, Number(found.CodeSize) > 0],
    ];
  },

  async 'AWS::Lambda::EventSourceMapping'(emulator, { physicalId, properties }) {
    const path = `/2015-03-31/event-source-mappings/${physicalId}`;
    const found = await callRest(emulator, 'lambda', path);
    return same(properties, found, ['BatchSize']);
  },

  // By the list of all, because some emulators know a version by the function's name alone.
  async 'AWS::Lambda::Version'(emulator, { properties, others }) {
    const name = referred(properties.FunctionName, others);
    const { Versions } = await callRest(
      emulator,
      'lambda',
      `/2015-03-31/functions/${name}/versions`,
    );
    const published = listOf(Versions).some(
      (version) => isRecord(version) && /^\d+$/.test(String(version.Version)),
    );
    return [['one that stays', true, published]];
  },

  async 'AWS::Lambda::Permission'(emulator, { properties, others }) {
    const alias = referred(properties.FunctionName, others);
    const [name = '', qualifier = ''] = alias.split(':').slice(-2);
    const path = `/2015-03-31/functions/${name}/policy?Qualifier=${qualifier}`;
    const { Policy } = await callRest(emulator, 'lambda', path);
    const principal = String(properties.Principal);
    return [['Principal', true, String(Policy).includes(principal)]];
  },

  async 'AWS::ApiGatewayV2::Api'(emulator, { physicalId, properties }) {
    const found = await callRest(emulator, 'apigateway', `/v2/apis/${physicalId}`);
    return [['Name', properties.Name, found.name]];
  },

  // By the list of all, because some emulators know a route by another id than they say.
  async 'AWS::ApiGatewayV2::Route'(emulator, { properties, others }) {
    const routes = await itemsOf(emulator, referred(properties.ApiId, others), 'routes');
    const found = routes.find(({ routeKey }) => routeKey === properties.RouteKey);
    return [['RouteKey', properties.RouteKey, found?.routeKey]];
  },

  async 'AWS::ApiGatewayV2::Integration'(emulator, { properties, others }) {
    const uri = isRecord(properties.IntegrationUri) ? properties.IntegrationUri.Ref : undefined;
    const meant = others.get(String(uri));
    const integrations = await itemsOf(
      emulator,
      referred(properties.ApiId, others),
      'integrations',
    );
    const found = integrations.find(({ integrationUri }) => integrationUri === meant);
    return [
      ['IntegrationUri', meant, found?.integrationUri],
      ['PayloadFormatVersion', properties.PayloadFormatVersion, found?.payloadFormatVersion],
    ];
  },

  async 'AWS::ApiGatewayV2::Stage'(emulator, { properties, others }) {
    const stages = await itemsOf(emulator, referred(properties.ApiId, others), 'stages');
    const found = stages.find(({ stageName }) => stageName === properties.StageName);
    return [['StageName', properties.StageName, found?.stageName]];
  },

  async 'AWS::Lambda::Alias'(emulator, { properties, others }) {
    const name = isRecord(properties.FunctionName) ? String(properties.FunctionName.Ref) : '';
    const path = `/2015-03-31/functions/${others.get(name)}/aliases/${String(properties.Name)}`;
    const found = await callRest(emulator, 'lambda', path);
    return [
      ['Name', properties.Name, found.Name],
      ['FunctionVersion is one that stays', true, /^\d+$/.test(String(found.FunctionVersion))],
    ];
  },
};

async function itemsOf(
  emulator: Emulator,
  apiId: string,
  kind: 'routes' | 'integrations' | 'stages',
): Promise<Record<string, unknown>[]> {
  const { items } = await callRest(emulator, 'apigateway', `/v2/apis/${apiId}/${kind}`);
  return Array.isArray(items) ? items.filter(isRecord) : [];
}
