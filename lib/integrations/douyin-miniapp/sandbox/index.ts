export * from './messages.ts';
export { sandboxApp } from './server.ts';
export {
  ecpayBody,
  makeKeyPair,
  signTrade,
  signWebhook,
  sortedSha1,
  thirdPartyBody,
} from './sign.ts';
export { World } from './world.ts';
