export {
  encryptedNotice,
  type Payment,
  type Posted,
  paymentNotice,
  type Refund,
  refundNotice,
  type Sender,
  type Settlement,
  settleNotice,
  type WebhookEvent,
  webhookNotice,
} from './messages.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './server.ts';
export { encryptMessage, signEncrypted, signNotice } from './sign.ts';
