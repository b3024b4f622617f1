export * from './messages.ts';
export { MeituanSandbox, type SandboxOptions } from './server.ts';
export { signDianpingCall, signedForm, signPush } from './sign.ts';
export { type SandboxVoucher, Till } from './till.ts';
