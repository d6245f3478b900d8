import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows, in Prometheus' text form. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds from a command's arrival to its acknowledgement. */
  readonly ack: Histogram<'reply'>;
  readonly clicks: Counter<'action' | 'answer'>;
}

export interface Gauges {
  /** Jobs by queue and state. */
  readonly jobs: () => Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
  /** Messages that are behind their record. */
  readonly redraws: () => Promise<number>;
}

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'quorumbot_jobs',
    help: 'Jobs by queue and state',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      for (const [queue, states] of Object.entries(await gauges.jobs().catch(() => ({})))) {
        for (const [state, count] of Object.entries(states)) this.set({ queue, state }, count);
      }
    },
  });
  new Gauge({
    name: 'quorumbot_messages_behind',
    help: 'Messages that are behind their record',
    registers,
    async collect() {
      this.set(await gauges.redraws().catch(() => Number.NaN));
    },
  });
  return {
    registry,
    ack: new Histogram({
      name: 'quorumbot_ack_seconds',
      help: 'Seconds from a command’s arrival to its acknowledgement',
      labelNames: ['reply'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
      registers,
    }),
    clicks: new Counter({
      name: 'quorumbot_clicks_total',
      help: 'Clicks by button and answer',
      labelNames: ['action', 'answer'],
      registers,
    }),
  };
}
