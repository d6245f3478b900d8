import type { Openio, WireCall, Write } from '../../../backends/openio/openio';
import { MARKER, markerText } from './marker';
import type { MovePlan } from './plan';
import { describeStage, STAGES, type Stage } from './procedure';

/** Every write of a move, in one place: a dry run shows them, the steps send them. */
export interface MoveWrites {
  readonly mark: Write<void>;
  readonly freeze: Write<'changed' | 'already'>;
  readonly peers: Write<void>;
  copy(master: string): Write<void>;
  readonly directory: Write<void>;
  readonly leave: ReturnType<Openio['writes']['leave']>;
  readonly oldPeerLeaves: ReturnType<Openio['writes']['leave']>;
  readonly enable: Write<'changed' | 'already'>;
  readonly test: Write<void>;
}

export function writesOf({ writes }: Pick<Openio, 'writes'>, plan: MovePlan, request: string): MoveWrites {
  const { base, leaving, arriving, wanted } = plan;
  const marked = (kind: 'moving' | 'moved') => ({
    [MARKER]: markerText({ kind, request, from: leaving, to: arriving }),
  });
  return {
    mark: writes.setProperties(base.container, marked('moving')),
    freeze: writes.freeze(base),
    peers: writes.setPeers(base, wanted),
    copy: (master) => writes.copy(base, { from: master, to: arriving }),
    directory: writes.replaceReference(base.container, wanted),
    leave: writes.leave(base, null),
    oldPeerLeaves: writes.leave(base, leaving),
    enable: writes.enable(base),
    test: writes.setProperties(base.container, marked('moved')),
  };
}

/** The calls that a plan would send, in order: what is so already sends none. */
export function callsOf(openio: Pick<Openio, 'writes'>, plan: MovePlan, request: string): readonly WireCall[] {
  const writes = writesOf(openio, plan, request);
  const of: Readonly<Record<Stage, Write<unknown> | null>> = {
    mark: writes.mark,
    freeze: writes.freeze,
    peers: writes.peers,
    master: null,
    copy: plan.master === null ? null : writes.copy(plan.master),
    directory: writes.directory,
    leave: writes.leave,
    'old peer leaves': writes.oldPeerLeaves,
    elect: null,
    enable: writes.enable,
    test: writes.test,
  };
  return STAGES.flatMap((stage) => (describeStage(stage, plan).isSo ? [] : (of[stage]?.wire ?? [])));
}

export function wireText({ method, url, body }: WireCall): string {
  return [`${method} ${url}`, ...(body === null ? [] : [`  ${body}`])].join('\n');
}
