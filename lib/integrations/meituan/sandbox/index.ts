export * from './messages.ts';
export { MeituanSandbox } from './server.ts';
export { signedForm, signPush } from './sign.ts';
