export { type Random, seededRandom } from '../../sandbox.ts';
