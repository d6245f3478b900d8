import { approvedForm } from './keys';
import type { KeySpace, PalmLimits } from './palm';
import type { Clients } from './v3-client';
import { receiptLease } from './v3-lease';
import { getV3, listV3 } from './v3-read';
import { clearV3, receiptV3, removeV3, restoreV3, sealV3, type WriteSource } from './v3-write';

/** The v3 key space: right once PALM's data were moved there. */
export function openV3(clients: Clients, limits: PalmLimits): KeySpace {
  const lease = receiptLease(clients);
  const source = (signal: AbortSignal): WriteSource => ({ clients, lease, signal });
  return {
    api: 'v3',
    list: (map, signal) => listV3({ clients, limits, signal }, map),
    get: (uuid, signal) => getV3(clients, uuid, signal),
    remove: (guard, request, signal) => removeV3(source(signal), guard, request),
    restore: (record, signal) => restoreV3(source(signal), record),
    clear: async (approved, request, signal) => {
      const { rows } = await listV3({ clients, limits, signal }, approvedForm);
      return clearV3(source(signal), { approved, rows }, request);
    },
    receipt: (request, uuid, signal) => receiptV3(clients, { request, uuid }, signal),
    seal: async (request, uuids, signal) => {
      await sealV3(source(signal), request, uuids);
      return true;
    },
    close: async () => clients.close(),
  };
}
