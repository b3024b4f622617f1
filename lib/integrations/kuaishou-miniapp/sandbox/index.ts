export {
  encryptedNotice,
  paymentNotice,
  refundNotice,
  settleNotice,
  webhookNotice,
} from './messages.ts';
export { startSandbox } from './server.ts';
export { encryptMessage, signEncrypted, signNotice } from './sign.ts';
