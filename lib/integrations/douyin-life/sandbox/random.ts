export { type Random, seededRandom } from '../../sandbox-kit/player.ts';
