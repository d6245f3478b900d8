import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A server that took `ms` for one small write, which it has just done, or has given up. */
export interface Stall {
  readonly server: 'redis' | 'etcd';
  readonly ms: number;
}

export interface StallWatch {
  /** Replaced from round to round. */
  stalled(stall: Stall): void;
  close(): Promise<unknown>;
}

/** Tells when Redis or etcd stand still for reasons of their own, as with a disk that others keep busy. */
export function watchStalls(urls: { readonly redis: string; readonly etcd: string }): StallWatch {
  const worker = new Worker(join(__dirname, 'stall-thread.cjs'), { workerData: urls });
  const watch: StallWatch = { stalled: () => undefined, close: () => worker.terminate() };
  worker.on('message', (stall: Stall) => watch.stalled(stall));
  return watch;
}
