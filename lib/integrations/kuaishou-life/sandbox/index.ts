export { type Sandbox, type SandboxOptions, startSandbox } from './server.ts';
export { delivery, type Posted, signDelivery } from './sign.ts';
