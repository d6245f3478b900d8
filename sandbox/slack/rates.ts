/** Token buckets, one per method (per channel for posting). */
import { LIMITS } from '../../src/bot/view/limits';
import type { Rate, Tier } from './types';

/** Slack publishes the rates, not the bursts: three posts at once is this imitation's choice. */
const DEFAULTS: Record<Tier, Rate> = {
  post: { perMinute: LIMITS.rate.postPerMinute, burst: 3 },
  update: { perMinute: LIMITS.rate.updatePerMinute, burst: LIMITS.rate.updatePerMinute },
  tier2: { perMinute: 20, burst: 20 },
  tier3: { perMinute: 50, burst: 50 },
  tier4: { perMinute: 100, burst: 100 },
};

export interface Rates {
  /** Takes one call. Returns the whole seconds to wait when there is none left, else 0. */
  take(tier: Tier, key: string): number;
}

export function createRates(overrides: Partial<Record<Tier, Rate>> = {}): Rates {
  const rates = { ...DEFAULTS, ...overrides };
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take: (tier, key) => {
      const { perMinute, burst } = rates[tier];
      const now = performance.now();
      const bucket = buckets.get(key) ?? { left: burst, at: now };
      const left = Math.min(burst, bucket.left + ((now - bucket.at) * perMinute) / 60_000);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
      return left >= 1 ? 0 : Math.max(1, Math.ceil(((1 - left) * 60) / perMinute));
    },
  };
}
