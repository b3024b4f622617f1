export * from './messages.ts';
export { type AppOptions, sandboxApp } from './server.ts';
export {
  ecpayBody,
  encryptThirdParty,
  makeKeyPair,
  type Stamp,
  signTrade,
  signWebhook,
  sortedSha1,
  type ThirdPartyKeys,
  thirdPartyBody,
} from './sign.ts';
export { type Act, type Piece, World } from './world.ts';
