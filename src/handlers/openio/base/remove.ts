import type { Base, Openio } from '../../../backends/openio/openio';
import { type Change, type Context, defineChange, type Parsed, type Planned, type Words } from '../../operation';
import type { View } from '../../view';
import { parseFlags } from '../../words';
import { meta2Form, serviceField } from '../fields';
import { baseFrom, NAMING, peersFrom } from '../names';
import { labelOf, targetOf } from '../writes';
import { fileOf, lookAt } from './look';
import { MOVE_DEFAULTS, type MoveOptions } from './options';
import { judgeSpare, type Spare } from './remove-judgement';
import { type RemovalPlan, removalShape } from './remove-plan';
import { REMOVAL, runRemoval, verifyRemoval } from './remove-run';
import { previewRemoval, refusedRemoval, renderRemoval, secondLook } from './remove-views';

interface Args {
  readonly base: Base;
  readonly service: string;
}

/** A second look, for a copy that came back. */
const RECHECK_MS = 10_000;

/** Deletes the copy that a move left behind. Refused wherever anything still names its service. */
export function openioBaseRemove(openio: Openio, given: MoveOptions = {}): Change {
  const options = { ...MOVE_DEFAULTS, ...given };
  return defineChange<Args, RemovalPlan>({
    name: 'openio base remove',
    usage: 'meta2 NAME --service-id ADDR [--cid] [--account ACCOUNT] [--ns NAMESPACE]',
    summary: 'Deletes the copy of a base on a service that is no peer of it any more. Cannot be undone.',
    examples: ['openio base remove meta2 cnt2 --service-id 127.0.0.1:6020'],
    form: meta2Form(serviceField(openio, { id: 'service-id', label: 'Whose copy is deleted' })),
    schema: removalShape,
    parse: (words) => parse(openio, words),
    danger: () => 'irreversible',
    plan: (args, context) => plan(openio, args, context),
    targets: ({ base }) => [targetOf(base)],
    preview: previewRemoval,
    undo: () => 'Nothing: the file is deleted for ever. The copies of the peers stay.',
    procedure: (planned) => REMOVAL.map(({ doing }) => doing(planned)),
    mostMs: () => 20 * openio.hungPeerMs,
    execute: (planned, context) => runRemoval(openio, planned, context, options),
    verify: async (planned, context) => [await verifyRemoval(openio, planned, context)],
    render: (planned, steps, findings) => renderRemoval(openio, planned, { steps, findings }),
    recheck: { afterMs: RECHECK_MS, look: (planned, context) => lookAgain(openio, planned, context) },
  });
}

function parse(openio: Openio, words: Words): Parsed<Args> {
  const flags = parseFlags(words, { ...NAMING, 'service-id': { type: 'string' } });
  if (!flags.ok) return flags;
  const base = baseFrom(openio, flags.args.values, flags.args.positionals);
  if (!base.ok) return base;
  if (base.args.type !== 'meta2') return { ok: false, problem: `copies of ${base.args.type} bases are not removed` };
  const id = flags.args.values['service-id'];
  if (id === undefined) return { ok: false, problem: '--service-id is missing: whose copy is to be deleted' };
  const peers = peersFrom([id]);
  if (!peers.ok) return peers;
  const [service, other] = peers.args ?? [];
  if (service === undefined || other !== undefined) return { ok: false, problem: '--service-id takes one service' };
  return { ok: true, args: { base: base.args, service } };
}

async function spareOf(openio: Openio, { base, service }: Args, context: Context): Promise<Spare> {
  const services = await openio.services(base.container.namespace, base.type, context);
  return { ...(await lookAt(openio, base, [service], context)), service, services };
}

async function plan(openio: Openio, args: Args, context: Context): Promise<Planned<RemovalPlan>> {
  const { base, service } = args;
  const spare = await spareOf(openio, args, context);
  const judged = judgeSpare(spare);
  if (judged.kind === 'refused') return refusedRemoval(openio, base, service, judged);
  if (judged.kind === 'absent') {
    const why = `${service} holds no file of ${labelOf(base)}, so there is nothing to remove.`;
    return { kind: 'unchanged', why };
  }
  const copies = spare.copies?.copies ?? [];
  return {
    kind: 'plan',
    plan: {
      base,
      service,
      location: spare.services.find(({ address }) => address === service)?.location ?? '',
      peers: [...spare.directory],
      master: spare.masters[0] ?? '',
      file: fileOf(spare, service) === 'yes' ? 'yes' : 'not known',
      copies: copies.map(({ peer, digest }) => ({ peer: peer ?? 'each read', digest: digest ?? '-' })),
    },
  };
}

async function lookAgain(openio: Openio, planned: RemovalPlan, context: Context): Promise<View> {
  const spare = await spareOf(openio, planned, context);
  return secondLook(planned, spare);
}
