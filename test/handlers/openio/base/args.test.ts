import { moveWords, parseMove, removeWords, volumeWords } from '../../../../src/handlers/openio/base/args';
import { splitWords } from '../../../../src/handlers/words';

const DEFAULTS = { namespace: 'OPENIO', account: 'myaccount' };
const CID = 'E11A2CF2E8001309E9500E644836C8F050A0BB9CD39F10276B44AD30B4AABC99';

function parse(text: string) {
  const words = splitWords(text);
  if (!words.ok) throw new Error(words.problem);
  return parseMove(DEFAULTS, words.args);
}

function problem(text: string): string {
  const parsed = parse(text);
  if (parsed.ok) throw new Error('no problem');
  return parsed.problem;
}

describe('the words of a move', () => {
  test.each([
    ['', 'the type is missing: meta2'],
    ['meta1 x --from a:1', 'only meta2 bases are moved, not "meta1"'],
    ['cnt2 --from a:1', 'only meta2 bases are moved, not "cnt2"'],
    ['meta2 cnt2', '--from is missing'],
    ['meta2 --from a:1', 'the name of the container is missing'],
    ['meta2 cnt2 --from a:1 --to a:1', '--from and --to name the same service'],
    ['meta2 cnt2 --from a:1,b:2', '--from takes one service, not a:1,b:2'],
    ['meta2 cnt2 --from a:1 --pause 3', '--pause goes with --all'],
    ['meta2 --from a:1 --all --pause soon', '--pause takes seconds from 0 to 600, not "soon"'],
    ['meta2 --from a:1 --all --pause 601', '--pause takes seconds from 0 to 600'],
    ['meta2 a b --from a:1', 'several bases at once need --all'],
    ['meta2 a --from a:1 --all --back', '--back goes with one base'],
    ['meta2 a --from a:1 --back --dry-run', '--back goes with one base, and without --dry-run'],
    ['meta2 xyz --from a:1 --cid', 'is not a cid'],
    ['meta2 a --from a:1 --cid', 'is not the cid of a container'],
    ['meta2 --from a:1 --all --ns "a b"', 'cannot be a namespace'],
    [`meta2 --from a:1 --all ${Array.from({ length: 21 }, (_, n) => `c${n}`).join(' ')}`, 'at most 20 are moved'],
  ])('%s: %s', (text, expected) => {
    expect(problem(text)).toContain(expected);
  });

  test('one base, or several of them, or all that the index names', () => {
    expect(parse('meta2 cnt2 --from a:1 --to b:2')).toMatchObject({
      ok: true,
      args: { wish: { from: 'a:1', to: 'b:2', back: false }, volume: false, dryRun: false },
    });
    expect(parse('meta2 x y x --from a:1 --all --pause 0')).toMatchObject({
      ok: true,
      args: { which: { kind: 'these', containers: [{ name: 'x' }, { name: 'y' }] }, volume: true, pauseSeconds: 0 },
    });
    expect(parse('meta2 --from a:1 --all')).toMatchObject({
      ok: true,
      args: { which: { kind: 'all' }, pauseSeconds: 10 },
    });
  });
});

test('what a message offers means the same base again', () => {
  const wish = { from: 'a:1', to: 'b:2', back: true };
  const named = { by: 'name', namespace: 'NS2', account: 'other', name: 'with space' } as const;
  const words = moveWords(DEFAULTS, { type: 'meta2', container: named }, wish).replace('openio base move ', '');
  expect(parse(words)).toMatchObject({ ok: true, args: { wish, which: { containers: [named] } } });
  const byCid = { by: 'cid', namespace: 'OPENIO', cid: CID } as const;
  const again = moveWords(DEFAULTS, { type: 'meta2', container: byCid }, wish).replace('openio base move ', '');
  expect(parse(again)).toMatchObject({ ok: true, args: { which: { containers: [byCid] } } });
  expect(removeWords(DEFAULTS, { type: 'meta2', container: byCid }, 'a:1')).toContain('--service-id a:1');
});

test('the rest of a volume is offered in words that are understood', () => {
  const container = { by: 'name', namespace: 'NS2', account: 'other', name: 'x' } as const;
  const move = { base: { type: 'meta2', container }, from: 'a:1', to: 'b:2', chosen: null } as const;
  const words = volumeWords(DEFAULTS, move, { names: ['-x', 'y z'], pauseSeconds: 5 });
  expect(parse(words.replace('openio base move ', ''))).toMatchObject({
    ok: true,
    args: {
      wish: { from: 'a:1', to: 'b:2' },
      pauseSeconds: 5,
      which: { containers: [{ namespace: 'NS2', account: 'other', name: '-x' }, { name: 'y z' }] },
    },
  });
});
