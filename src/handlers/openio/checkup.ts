import type { Openio, Probe } from '../../backends/openio/openio';
import { type Check, judged, type Line } from '../checkup';

/** What the doctor looks at in OpenIO: every configured proxy, and what is behind each. */
export function openioChecks(openio: Openio, name = 'OpenIO'): readonly Check[] {
  return openio.proxies.map((proxy, index) => ({
    what: `${name}: proxy ${proxy}`,
    why: index === 0 ? 'every /openio command asks this proxy' : 'its cache is emptied after a change',
    todo: 'Look whether oio-proxy runs there, and whether OPENIO_PROXY_URL and OPENIO_NAMESPACE are right.',
    look: async (signal) => {
      const probe = await openio.probe(proxy, { request: 'doctor', signal });
      return [reached(name, proxy, probe), ...(index === 0 ? [services(name, probe)] : [])];
    },
  }));
}

function reached(name: string, proxy: string, { alone, version, services }: Probe): Line {
  const generation =
    alone === null
      ? 'whether its servers answer for one peer alone could not be told (a namespace with one meta0 does not show it)'
      : alone
        ? 'its servers answer for one peer alone, as since 4.4'
        : 'its servers ask all peers in a row, as before 4.4';
  const called = version === null ? '' : `, meta2 calls its version ${version}`;
  return {
    tone: 'ok',
    what: `${name}: proxy ${proxy}`,
    found: `it answers; ${generation}${called}; ${services.length} meta2 services`,
    why: 'commands ask peers side by side where the servers can, and one hung peer costs 30 seconds where they cannot',
  };
}

function services(name: string, probe: Probe): Line {
  const down = probe.services.filter(({ up, score }) => up === false || score === 0);
  const found = down.length === 0 ? 'all are up' : `not up: ${down.map(({ address }) => address).join(', ')}`;
  return judged(
    {
      what: `${name}: meta2 services`,
      found: probe.services.length === 0 ? 'the conscience lists none' : found,
      why: 'a base needs two of its three peers for an election and for every write',
    },
    down.length > 0 || probe.services.length === 0
      ? { tone: 'warning', todo: 'Look with /openio cluster list meta2, and start what is stopped.' }
      : null,
  );
}
