import { isKeptOut, zooKeeperSigns } from '../../../src/handlers/openio/states';
import { A, B, log, remembers } from './observed';

const LOST = 'SLAVE:DISCONNECTED:NONE';
const BACK = ['NONE:NONE:CREATING', 'CREATING:CREATE_OK:WATCHING', 'WATCHING:EXISTS_OK:LISTING'];
const REFUSED = ['LISTING:LIST_OK:ASKING', 'ASKING:MASTER_BAD:LEAVING_FAILING'];

describe('signs of trouble with ZooKeeper', () => {
  test.each(['CREATING:CREATE_KO:FAILED', 'LISTING:LIST_KO:FAILED', 'LEAVING:LEAVE_KO:LEAVING_FAILING', LOST])(
    '%s is one',
    (step) => {
      expect(zooKeeperSigns([remembers(A, { state: 'NONE', log: log(step) })])).toHaveLength(1);
    },
  );

  test('what came right since is none', () => {
    expect(zooKeeperSigns([remembers(A, { state: 'LISTING', log: log(LOST, ...BACK) })])).toEqual([]);
    expect(zooKeeperSigns([remembers(A, { state: 'MASTER', log: log(LOST) })])).toEqual([]);
  });

  test('what went wrong again is one', () => {
    const peer = remembers(A, { state: 'FAILED', log: log(LOST, ...BACK, 'LISTING:LIST_KO:FAILED') });
    expect(zooKeeperSigns([peer])).toEqual([`${A}: LISTING --LIST_KO--> FAILED`]);
  });
});

describe('a peer that does not count on the master', () => {
  test('is kept out for as long as it has no role', () => {
    const steps = log(...BACK, ...REFUSED);
    expect(isKeptOut(remembers(B, { state: 'LEAVING_FAILING', log: steps }))).toBe(true);
    expect(isKeptOut(remembers(B, { state: 'SLAVE', master: A, log: steps }))).toBe(false);
  });

  test('is not kept out by what others do', () => {
    expect(isKeptOut(remembers(B, { state: 'LISTING', log: log(LOST, ...BACK) }))).toBe(false);
  });
});
