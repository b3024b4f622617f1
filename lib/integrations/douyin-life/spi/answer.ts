import type { App } from '../../kit/app.ts';
import type { Answer, SignedRequest } from '../../kit/integration.ts';
import { isObject, jsonOf } from '../../kit/json.ts';
import type { CallbackRecords } from '../../kit/records.ts';
import { isSpi } from '../family.ts';
import { fileAfterUse } from './after-use.ts';
import { ASK_AGAIN, failure, NOT_SUPPORTED, success } from './envelope.ts';
import { issue } from './issue.ts';
import { operationOf } from './operation.ts';
import { preCreateOrder, queryStatus } from './orders.ts';
import { applyForRefund, noteRefund } from './refunds.ts';

/**
 * Answers a verified SPI request. A webhook asks nothing; the one that brings a refund request after
 * use is filed here all the same, because nothing else of us has the callback records.
 */
export async function answer(
  request: SignedRequest,
  app: App,
  records: CallbackRecords,
): Promise<Answer | undefined> {
  const body = jsonOf(request.body);
  if (!isSpi(request)) {
    if (isObject(body)) await fileAfterUse(body, app, records);
    return undefined;
  }
  if (body === undefined) return failure(ASK_AGAIN, 'the body is not one JSON value');
  const operation = operationOf(request.spi, body);
  switch (operation) {
    case 'tripartite_code':
      return issue(body, app, records);
    case 'refund_apply':
      return applyForRefund(body, app, records);
    case 'refund_notice':
      return noteRefund(body, records);
    case 'status_query':
      return queryStatus(body, records);
    case 'pre_create_order':
      return preCreateOrder(body);
    case 'async_cancel_fulfil':
      // Its fields are documented nowhere: the reversal comes by webhook and by asking.
      return success();
    case undefined:
      if (isObject(body) && 'event' in body) return undefined;
      return failure(NOT_SUPPORTED, 'not supported');
    default:
      return operation satisfies never;
  }
}
