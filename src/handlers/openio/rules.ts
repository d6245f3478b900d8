import type { Rule } from './finding';
import { baseFrozen, copyDiffers, masterHasBadCopy, noFile, otherPeersInBase, serviceDown } from './rules-copies';
import {
  newcomerWithoutElection,
  noElection,
  oldPeer,
  peerAvoided,
  peersThatAreDead,
  peersThatHang,
  peerTroubled,
  rogueMaster,
  severalMasters,
  stuckElsewhere,
  stuckOnSlaves,
  zooKeeperTrouble,
} from './rules-election';

/** In order of weight: what has to be mended first comes first. */
export const RULES: readonly (readonly [name: string, rule: Rule])[] = [
  ['ZooKeeper in trouble', zooKeeperTrouble],
  ['peers that hang', peersThatHang],
  ['peers that are dead', peersThatAreDead],
  ['rogue master', rogueMaster],
  ['several masters', severalMasters],
  ['stuck waiting for slaves', stuckOnSlaves],
  ['stuck elsewhere', stuckElsewhere],
  ['master has the bad copy', masterHasBadCopy],
  ['a copy differs', copyDiffers],
  ['no file', noFile],
  ['old peer still there', oldPeer],
  ['a peer holds no election', newcomerWithoutElection],
  ['sys.peers disagrees with the directory', otherPeersInBase],
  ['base frozen or disabled', baseFrozen],
  ['service down', serviceDown],
  ['peer avoided', peerAvoided],
  ['peer with another trouble', peerTroubled],
  ['nobody remembers an election', noElection],
];
