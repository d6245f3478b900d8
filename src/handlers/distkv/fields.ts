import type { Distkv } from '../../backends/distkv/distkv';
import type { Field } from '../form';
import { askServers, statesOf } from './ask';

/** A node that some server knows. */
export function nodeField(distkv: Distkv): Field {
  const list = async (signal: AbortSignal) => {
    const answers = await askServers(distkv, { servers: distkv.servers, sections: ['nodes'], signal });
    const names = new Set(statesOf(answers).flatMap((state) => [...state.nodes.keys()]));
    return [...names].sort().map((value) => ({ value }));
  };
  return {
    id: 'node',
    label: 'Node',
    input: { kind: 'known', known: { kind: 'DistKV node', list } },
    as: { kind: 'word' },
  };
}

/** `--server HOST:PORT`, one that is configured. */
export function serverField({ servers }: Distkv, hint: string): Field {
  return {
    id: 'server',
    label: 'Server',
    hint,
    optional: true,
    input: { kind: 'select', options: servers },
    as: { kind: 'option', flag: 'server' },
  };
}
