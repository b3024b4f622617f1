import { parentPort, workerData } from 'node:worker_threads';
import { type PlayOptions, playIntegration } from './play.ts';

const played = await playIntegration(workerData as PlayOptions, (figures) =>
  parentPort?.postMessage({ figures }),
);
parentPort?.postMessage({ played });
