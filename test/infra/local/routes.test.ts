import { expect, it } from 'vitest';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import { routeOf } from '../../../infra/local/routes.ts';
import { ROUTES } from '../../../infra/topology.ts';

it('leads every documented address somewhere, and whatever else a browser opens to the pages', () => {
  for (const { contract } of DOCUMENTED) {
    const [method = '', path = ''] = contract.call.split(' ');
    const place = path.replaceAll(/\{\w+\}/g, 'x');
    const isPlatforms = place.startsWith('/webhooks') || place.startsWith('/spi');
    expect(routeOf(ROUTES, method, place), contract.call).toBe(isPlatforms ? 'ingest' : 'api');
  }
  for (const path of [
    '/nowhere',
    '/stores/',
    '/stores/douyin/a/b',
    '/favicon.ico',
    '/assets/a/b',
  ]) {
    expect(routeOf(ROUTES, 'GET', path), path).toBe('api');
    expect(routeOf(ROUTES, 'POST', path), path).toBeUndefined();
  }
});
