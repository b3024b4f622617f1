export * from '../../../infra/local/memory/sqs.ts';
