export { startSandbox } from './server.ts';
export { delivery, signDelivery } from './sign.ts';
