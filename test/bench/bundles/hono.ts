import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';

/** Hono and nothing else: the least that an HTTP function with it costs. */
const app = new Hono();
app.post('/webhooks/:integration/:appKey', (c) => c.json({ err_no: 0, err_tips: 'success' }));

export const handler = handle(app);
