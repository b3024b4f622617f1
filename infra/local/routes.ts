import type { FunctionName, RouteSpec } from '../topology.ts';

/** Which function a request goes to, by the topology's routes, as the HTTP API would choose. */
export function routeOf(
  routes: readonly RouteSpec[],
  method: string,
  path: string,
): FunctionName | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const route = routes.find(
    (one) => (one.method === 'ANY' || one.method === wanted) && patternOf(one.path).test(path),
  );
  return route?.to;
}

function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => {
    if (/^\{\w+\+\}$/.test(segment)) return '.+';
    if (/^\{\w+\}$/.test(segment)) return '[^/]+';
    return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}$`);
}
