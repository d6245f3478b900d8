import { baseName, cidOf, cidOfContainer, isCid, lockName } from '../../../src/backends/openio/naming';
import type { Container } from '../../../src/backends/openio/openio';

const FVE0: Container = { by: 'name', namespace: 'OPENIO', account: 'myaccount', name: 'FVE0' };
const CID = '697ECB056A5F9339B36C3B0A020B5AB17B4B0160FBEBEA203315EA1FC1B61605';

test('a container has the cid that real servers gave it', () => {
  expect(cidOf('myaccount', 'FVE0')).toBe(CID);
  expect(cidOf('myaccount', 'mv2')).toBe('A9352FBB2EF2837DAE083439A2967EFE86B9BF783B3ADFB188B504EA1C8C24A0');
});

test.each([
  [CID, CID],
  [`${CID}.1`, CID],
  [CID.toLowerCase(), CID],
  ['69', '6900'],
  ['0000', '0000'],
])('%s names the cid %s', (cid, expected) => {
  expect(isCid(cid)).toBe(true);
  expect(cidOfContainer({ by: 'cid', namespace: 'OPENIO', cid })).toBe(expected);
});

test.each(['', 'XYZ', CID.slice(1), `${CID}0`, '12345', `${CID}.x`])('"%s" is not a cid', (text) => {
  expect(isCid(text)).toBe(false);
});

test('a base is named by its kind', () => {
  expect(baseName({ type: 'meta2', container: FVE0 })).toBe(`${CID}.1.meta2`);
  expect(baseName({ type: 'meta1', container: FVE0 })).toBe('697E.meta1');
  expect(baseName({ type: 'meta0', container: FVE0 })).toBe('OPENIO.meta0');
});

test('name and cid of one container lock the same base, and every meta1 base is locked as one', () => {
  const byCid: Container = { by: 'cid', namespace: 'OPENIO', cid: `${CID.toLowerCase()}.1` };
  expect(lockName({ type: 'meta2', container: byCid })).toBe(lockName({ type: 'meta2', container: FVE0 }));
  expect(lockName({ type: 'meta1', container: FVE0 })).toBe('OPENIO/meta1');
});
