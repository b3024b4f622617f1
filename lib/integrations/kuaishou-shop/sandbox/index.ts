export * from './messages.ts';
export { sealMessage } from './seal.ts';
export { SANDBOX_METHODS, type SandboxOptions, type SandboxOrder, ShopSandbox } from './server.ts';
