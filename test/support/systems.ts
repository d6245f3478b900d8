import { createDistkv } from '../../src/backends/distkv/distkv';
import { createOpenio } from '../../src/backends/openio/create';
import { createPalm } from '../../src/backends/palm/create';
import { createUnits } from '../../src/backends/units';
import type { Systems } from '../../src/handlers/index';
import type { Ledger } from '../../src/handlers/ledger';
import type { Rulebook } from '../../src/handlers/rulebook';
import type { Schedules } from '../../src/handlers/schedules';

/** Every system configured, none of them reached: for tests that only look at what operations say of themselves. */
export function everySystem(): Systems & { close(): Promise<void> } {
  const etcd = createPalm({ api: 'v3', hosts: ['http://127.0.0.1:1'] });
  const units = createUnits({ where: null, keyFile: '', knownHostsFile: '' });
  const openio = createOpenio({ proxyUrl: 'http://127.0.0.1:1', namespace: 'NS', account: 'a' });
  const distkv = createDistkv({ servers: [{ host: '10.0.0.1', port: 27586 }], login: null });
  return {
    openio,
    distkv,
    palm: { etcd, units },
    ledger: emptyLedger(),
    doctor: { examine: async () => [] },
    rulebook: emptyRulebook(),
    factors: { on: false, enrolment: async () => null, reset: async () => false },
    schedules: noSchedules(),
    close: async () => void (await Promise.all([openio.close(), etcd.close()])),
  };
}

function emptyRulebook(): Rulebook {
  const said = { kind: 'said', view: { title: 'nothing', tone: 'neutral', parts: [] } } as const;
  return {
    list: () => [],
    about: async () => said,
    can: async () => said,
    breaks: async () => [],
    review: async () => null,
  };
}

function emptyLedger(): Ledger {
  return {
    performed: async () => null,
    newest: async () => [],
    find: async () => null,
    audit: async () => [],
    verifyAudit: async () => ({ kind: 'whole', entries: 0, head: '', anchors: { kind: 'none' }, typed: [] }),
    exportAudit: async () => ({ lines: [], entries: 0, head: { seq: 0, hash: '' } }),
    timeline: async () => ({ from: 0, to: 0, more: 0, chapters: [] }),
    locks: async () => [],
    clear: async () => false,
  };
}

export function noSchedules(): Schedules {
  return {
    problem: () => null,
    start: async () => ({ ok: false, why: 'not here' }),
    list: async () => [],
    stop: async () => null,
  };
}
