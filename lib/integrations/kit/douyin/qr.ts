import type { QrReading } from '../qr.ts';

/**
 * Links that guests of Douyin show; which of its systems a link is of, the parameter that holds the secret says. The
 * hosts are other integrators', no page of the platform lists them.
 */
export function douyinQr(parameter: 'object_id' | 'encrypted_data'): QrReading {
  return {
    shortHosts: ['v.douyin.com'],
    hosts: ['douyin.com', 'iesdouyin.com'],
    parameter,
  };
}
