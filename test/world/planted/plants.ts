import type { Plant } from './plant.ts';
import { BOOKING } from './plants/booking.ts';
import { DOORS } from './plants/doors.ts';
import { MONEY } from './plants/money.ts';
import { STRANGERS } from './plants/strangers.ts';
import { TOTALS } from './plants/totals.ts';

export const PLANTS: readonly Plant[] = [...MONEY, ...BOOKING, ...TOTALS, ...DOORS, ...STRANGERS];
