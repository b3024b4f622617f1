import type { FunctionName } from '../topology.ts';
import type { FunctionModule } from './hexiao.ts';

/**
 * Loads a function from its source, after its environment is set: its index.ts is what is bundled
 * and deployed, so the local run calls the same handlers.
 */
export async function loadFromSource(name: FunctionName): Promise<FunctionModule> {
  return (await import(`../../functions/${name}/index.ts`)) as FunctionModule;
}
