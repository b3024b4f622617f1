export { refoldStoreHour, type StoreHour } from '../../lib/store/refold.ts';
