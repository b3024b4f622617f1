import type { Hono } from 'hono';
import type { ApiDeps } from '../../deps.ts';
import { requireSameOrigin } from '../forms.ts';

/**
 * Where the QR of a manager leads: a page with one button. The button uses the link up and not the page, because what
 * scans a code often looks at its address first. And a clerk's PIN on a device.
 */
export function letInPages(api: Hono, deps: ApiDeps): void {
  api.get('/till/in', async (c) => (await import('./clerk-link.ts')).showButton(c));
  api.post('/till/in', async (c) => (await import('./clerk-link.ts')).letIn(c, deps));
  api.get('/till/pin', async (c) => (await import('./pin.ts')).showPin(c, deps));
  api.post('/till/pin', async (c) => {
    requireSameOrigin(c);
    return (await import('./pin.ts')).sendPin(c, deps);
  });
}
