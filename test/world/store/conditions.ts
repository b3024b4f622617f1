export * from '../../../infra/local/memory/conditions.ts';
