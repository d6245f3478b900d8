import type { Palm } from '../../backends/palm/palm';
import { UNITS } from '../../backends/units';
import type { Choice, Field, Known } from '../form';
import { readServer } from './record';
import { cell } from './text';

/** The servers in etcd, by uuid. */
export function serversKnown(palm: Palm): Known {
  const list = async (signal: AbortSignal): Promise<readonly Choice[]> => {
    const { rows } = await palm.list((entry) => {
      const row = readServer(entry);
      return row.ok ? { value: entry.id, about: `${cell(row.server.server)} on ${cell(row.server.host)}` } : null;
    }, signal);
    return rows.filter((row) => row !== null);
  };
  return { kind: 'PALM server', list };
}

/** `registry` or `pipeliner`. */
export const UNIT: Field = {
  id: 'unit',
  label: 'Service',
  input: { kind: 'select', options: UNITS },
  as: { kind: 'word' },
};
