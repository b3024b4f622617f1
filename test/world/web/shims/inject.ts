/** Put in place of the globals of Node, and of the browser's own that take tasks where Node's take none. */
export { Buffer } from './buffer.ts';
export { WorldRequest as Request, WorldResponse as Response } from './fetch.ts';
export { process } from './process.ts';
