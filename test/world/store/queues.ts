export * from '../../../infra/local/memory/queues.ts';
