import { EtcdLeaseInvalidError } from 'etcd3';
import { BackendFailure } from '../failure';
import type { Clients } from './v3-client';

/** Receipts outlive any request and then clean themselves up. */
const RECEIPT_DAYS = 30;
const DAY_SECONDS = 24 * 60 * 60;
const RENEW_AFTER_MS = DAY_SECONDS * 1_000;

/** One lease for the receipts of a day. */
export interface ReceiptLease {
  /** Runs `write` with a lease; once more with a new one when etcd has forgotten it (it was rebuilt meanwhile). */
  used<T>(write: (lease: string) => Promise<T>): Promise<T>;
}

export function receiptLease(clients: Clients): ReceiptLease {
  let held: { readonly id: Promise<string>; readonly since: number } | null = null;
  const renewed = () => {
    const id = grant(clients);
    held = { id, since: performance.now() };
    id.catch(() => {
      held = null;
    });
    return id;
  };
  const current = () => (held && performance.now() - held.since < RENEW_AFTER_MS ? held.id : renewed());
  return {
    used: async (write) => {
      try {
        return await write(await current());
      } catch (error) {
        if (!(error instanceof BackendFailure) || !(error.cause instanceof EtcdLeaseInvalidError)) throw error;
        return write(await renewed());
      }
    },
  };
}

/**
 * Asked as a read: nobody is harmed by a lease granted twice, and when none is granted nothing of PALM was touched. Not
 * bound to one caller's signal, because others wait for the same lease.
 */
async function grant(clients: Clients): Promise<string> {
  const TTL = RECEIPT_DAYS * DAY_SECONDS;
  const nobody = new AbortController().signal;
  const lease = await clients.read('prepare a receipt', nobody, (client) => client.leaseClient.leaseGrant({ TTL }));
  return lease.ID;
}
