export * from '../../../infra/local/memory/size.ts';
