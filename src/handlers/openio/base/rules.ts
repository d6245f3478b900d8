import type { MoveRule } from './refusal';
import { badCopies, masterSuspect, sourceOnlyGood } from './rules-copies';
import {
  electionDoesNotEnd,
  oldPeerHangs,
  otherMaster,
  severalMasters,
  unwellPeers,
  zooKeeperSuspect,
} from './rules-election';
import { directoryAhead, disabled, frozenByOthers, otherMoveBegun, peersDisagree, tooFewPeers } from './rules-lists';
import { arrivingUnknown, destinationDown, destinationFull, destinationSilent, sourceUnknown } from './rules-services';

/** In order: the cause comes before what it brings about. */
export const RULES: readonly (readonly [name: string, rule: MoveRule])[] = [
  ['too few peers', tooFewPeers],
  ['unknown source', sourceUnknown],
  ['unknown destination', arrivingUnknown],
  ['ZooKeeper suspect', zooKeeperSuspect],
  ['another move has begun', otherMoveBegun],
  ['base and directory disagree', peersDisagree],
  ['several masters', severalMasters],
  ['the directory was changed too early', directoryAhead],
  ['unwell peers', unwellPeers],
  ['a master that is no peer', otherMaster],
  ['the election does not end', electionDoesNotEnd],
  ['only the source is good', sourceOnlyGood],
  ['the master is suspect', masterSuspect],
  ['a copy is bad', badCopies],
  ['disabled', disabled],
  ['frozen by somebody else', frozenByOthers],
  ['the old peer hangs', oldPeerHangs],
  ['destination down', destinationDown],
  ['destination silent', destinationSilent],
  ['destination holds a file', destinationFull],
];
