import type { HtmlEscapedString } from 'hono/utils/html';

/** What an `html` template gives: whatever was put into it is escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
