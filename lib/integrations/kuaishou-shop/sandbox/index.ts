export * from './messages.ts';
export { sealMessage } from './seal.ts';
export { SANDBOX_METHODS, ShopSandbox } from './server.ts';
