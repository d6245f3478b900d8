import type { Distkv } from '../../backends/distkv/distkv';
import { BackendFailure } from '../../backends/failure';
import { type Check, judged, type Line } from '../checkup';

/** What the doctor looks at in DistKV: every configured server, and whether the network has others. */
export function distkvChecks(distkv: Distkv, name = 'DistKV'): readonly Check[] {
  return [...distkv.servers.map((server) => serverCheck(distkv, server, name)), networkCheck(distkv, name)];
}

function serverCheck(distkv: Distkv, server: string, name: string): Check {
  const why = 'marks are read back on every configured server';
  const what = `${name}: ${server}`;
  return {
    what,
    why,
    todo: 'Look whether it runs. One that misses ticks does not open its port: see /distkv diagnose. Then look at DISTKV_SERVERS and the login.',
    look: async (signal) => {
      const { node, version, login } = await distkv.hello(server, signal);
      const entry = login === null ? 'it lets anybody in' : `it demands a login by ${login}, which works`;
      const found = `it answers as ${node}, version ${version ?? 'not told'}; ${entry}`;
      return [{ tone: 'ok', what, found, why }];
    },
  };
}

function networkCheck(distkv: Distkv, name: string): Check {
  const what = `${name}: servers that are not configured`;
  const why =
    'DistKV listens on every interface and asks nobody for a permission to mark; a server that is not configured is not read back after a mark';
  return {
    what,
    why,
    todo: 'Mend the servers above first.',
    look: async (signal) => {
      const seen = await Promise.all(distkv.servers.map((server) => seenFrom(distkv, server, signal)));
      const there = seen.filter((one) => one !== null);
      if (there.length === 0)
        return [{ tone: 'warning', what, why, found: 'no server told', todo: 'Mend the servers above first.' }];
      return [strangers(there, { what, why }), ...twins(there, name)];
    },
  };
}

interface Seen {
  readonly server: string;
  /** Its own name. */
  readonly node: string;
  /** Every node that has ever written, as far as it knows. */
  readonly nodes: readonly string[];
}

/** A server that does not answer has its own line. */
async function seenFrom(distkv: Distkv, server: string, signal: AbortSignal): Promise<Seen | null> {
  try {
    const { node, nodes } = await distkv.state(server, ['nodes'], signal);
    return { server, node, nodes: [...nodes.keys()] };
  } catch (error) {
    if (error instanceof BackendFailure) return null;
    throw error;
  }
}

/** Nodes keep no addresses of each other, so a name is all that can be told. */
function strangers(seen: readonly Seen[], about: { readonly what: string; readonly why: string }): Line {
  const configured = new Set(seen.map(({ node }) => node));
  const others = [...new Set(seen.flatMap(({ nodes }) => nodes))].filter((node) => !configured.has(node)).toSorted();
  return judged(
    { ...about, found: others.length === 0 ? 'the servers know no others' : `they know ${others.join(', ')} too` },
    others.length === 0
      ? null
      : {
          tone: 'warning',
          todo: 'Add the address of each that runs to DISTKV_SERVERS, and see that a firewall guards its port. One that is gone for good is only a name.',
        },
  );
}

/** Two addresses of one server: a mark that is read back twice there is not read back at another. */
function twins(seen: readonly Seen[], name: string): readonly Line[] {
  return seen.flatMap(({ server, node }, index): Line[] => {
    const first = seen.slice(0, index).find((other) => other.node === node);
    if (!first) return [];
    return [
      {
        tone: 'warning',
        what: `${name}: ${server}`,
        found: `it is ${node}, which ${first.server} is too`,
        why: 'one server under two addresses is read back twice, as if two had confirmed',
        todo: 'Leave one of the two addresses out of DISTKV_SERVERS, or give the second server a name of its own.',
      },
    ];
  });
}
