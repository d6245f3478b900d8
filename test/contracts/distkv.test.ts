import { createDistkvSandbox } from '../../sandbox/distkv/sandbox';
import { behavesLikeDistkv, spreadsLikeDistkv } from './distkv-behaviour';

describe.each(['0.57.4', '0.65.0'] as const)('one pretended server of %s', (version) => {
  behavesLikeDistkv(() => createDistkvSandbox({ cycleMs: null, names: ['test1'], empty: true, version }));
});

describe('three pretended servers', () => {
  spreadsLikeDistkv(() => createDistkvSandbox({ cycleMs: 200, empty: true }));
});
