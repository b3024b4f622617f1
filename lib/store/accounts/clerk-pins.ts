import * as z from 'zod';
import { sha256Hex } from '../../crypto/hash.ts';
import { idSchema } from '../../events/id.ts';
import { clerkPinsPartition, keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** PINs of clerks, each on one device and for one store: found by a hash of what the device keeps. */

const pinSchema = z.object({
  providerId: idSchema,
  memberId: z.string(),
  /** As it was when the PIN was set: what the device shows to choose from. */
  name: z.string(),
  /** `<platform>/<storeId>` */
  store: z.string(),
  /** Keyed, and of the device's secret too, which is kept nowhere here. */
  pinHash: z.string(),
  madeAtMs: z.number(),
  endsAtMs: z.number(),
  /** Wrong tries since the last right one: so many, and it is void. */
  wrong: z.int().min(0),
});
export type ClerkPin = z.infer<typeof pinSchema>;

/** In the place of the clerk's last one on this device. */
export async function putClerkPin(table: Table, device: string, pin: ClerkPin): Promise<void> {
  const expiresAt = Math.ceil(pin.endsAtMs / 1000);
  await table.put(keys.clerkPin(sha256Hex(device), pin), { ...pin, expiresAt }, null);
}

/** Whose PINs a device has. */
export async function readClerkPins(table: Table, device: string): Promise<ClerkPin[]> {
  const pins: ClerkPin[] = [];
  for await (const item of table.query(clerkPinsPartition(sha256Hex(device)))) {
    pins.push(pinSchema.parse(item));
  }
  return pins;
}

/**
 * Says how many wrong tries there are, from how many there were when it was read: before a try is looked at one more,
 * and none after a right one. @returns false when somebody tried meanwhile
 */
export async function countTries(
  table: Table,
  device: string,
  pin: ClerkPin,
  wrong: number,
): Promise<boolean> {
  return table.set(
    keys.clerkPin(sha256Hex(device), pin),
    { wrong },
    {
      expression: '#wrong = :before AND #made = :made',
      names: { '#wrong': 'wrong', '#made': 'madeAtMs' },
      values: { ':before': pin.wrong, ':made': pin.madeAtMs },
    },
  );
}
