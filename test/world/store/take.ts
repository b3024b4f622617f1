export * from '../../../infra/local/memory/take.ts';
