import { palmServers } from '../../../src/handlers/palm/servers';
import { palmShow } from '../../../src/handlers/palm/show';
import { handOf } from '../../contracts/palm-hand';
import { ABSENT, ask, LEADER, ORPHAN, PRINTF, type Rig, recordText, startRig, textOf, WORKER } from './rig';

describe.each(['v3', 'v2'] as const)('reading PALM in etcd %s', (api) => {
  let rig: Rig;
  const servers = (...words: string[]) => ask(palmServers(rig.palm), ...words);
  const show = (...words: string[]) => ask(palmShow(rig.palm), ...words);

  beforeAll(async () => {
    rig = await startRig(api);
  });
  beforeEach(() => rig.seed());
  afterAll(() => rig.stop());

  test('palm servers lists every server with address, process and leader', async () => {
    const view = await servers();
    expect(view.title).toBe('4 PALM servers');
    const table = view.parts.find((part) => part.kind === 'table');
    expect(table?.rows).toEqual([
      [
        ORPHAN,
        'pricer',
        'registered',
        '127.0.0.1:5555',
        '5120',
        'no',
        `absent: ${ABSENT}`,
        '2016-02-16T11:28:59.088608',
      ],
      [
        LEADER,
        'montecarlo',
        'butterfly',
        '127.0.0.1:5556,5557,5558',
        '6001',
        'yes',
        'itself',
        '2016-02-16T11:28:59.088608',
      ],
      [WORKER, 'montecarlo', 'butterfly', '10.0.0.11 (no port)', '7001', 'yes', LEADER, '2016-02-16T11:28:59.088608'],
      [PRINTF, 'printf', 'registered', '127.0.0.1:5555', '4749', 'yes', 'itself', '2016-02-16T11:28:59.088608'],
    ]);
    expect(textOf(view)).toContain('Orphans: 1: their leader is not registered');
    expect(textOf(view)).toContain('Not configured: 1');
    expect(textOf(view)).toContain(`(${api}) at revision`);
  });

  test.each([
    [['--server', 'montecarlo'], '2 of 4', [LEADER, WORKER]],
    [['--server', 'montecarlo', '--host', '10.0.0.11'], '1 of 4', [WORKER]],
    [['--function', 'printf', '--server', 'pricer'], '1 of 4', [ORPHAN]],
    [['--function', 'nothing'], '0 of 4', []],
    [['--server', '<!channel>'], '0 of 4', []],
  ])('palm servers %j shows what matches', async (words, count, expected) => {
    const view = await servers(...words);
    expect(view.title).toContain(`${count} PALM servers match`);
    const table = view.parts.find((part) => part.kind === 'table');
    expect((table?.rows ?? []).map(([uuid]) => uuid)).toEqual(expected);
  });

  test('rows that cannot be read are listed apart, with the reason', async () => {
    await rig.hand.put(ABSENT, '{broken');
    await rig.hand.put('a\nb', 'x');
    const view = await servers();
    expect(view.title).toBe('4 PALM servers');
    const [, apart] = view.parts.filter((part) => part.kind === 'table');
    expect(apart?.rows.map((row) => row.slice(0, 2))).toEqual([
      [ABSENT, 'it is not a JSON object'],
      ['a\\nb', 'its name is not a uuid'],
    ]);
    // The row is there, so the server that calls it leader is no orphan.
    expect(textOf(view)).toContain('Orphans: 0');
  });

  test('names of any length and with any characters stay in one short cell', async () => {
    const functions = Array.from({ length: 10_000 }, (_, n) => `function_${n}`);
    await rig.hand.put(ABSENT, recordText(ABSENT, { server: `<!channel>\n${'x'.repeat(50_000)}`, functions }));
    const view = await servers();
    const table = view.parts.find((part) => part.kind === 'table');
    const name = table?.rows[0]?.[1];
    expect(name).toMatch(/^<!channel>\\nx+… \(50012 characters\)$/);
    const one = await show(ABSENT);
    expect(textOf(one)).toContain(functions.slice(0, 5).join(', '));
    expect(one.parts.find((part) => part.kind === 'raw')?.text).toContain('"function_9999"');
    expect(one.parts.filter((part) => part.kind === 'facts').every((part) => JSON.stringify(part).length < 3_000)).toBe(
      true,
    );
  });

  test('an empty key space says so, and says when the other one is not empty', async () => {
    await rig.hand.wipe();
    const other = handOf(api === 'v2' ? 'v3' : 'v2', rig.etcd.url);
    await other.wipe();
    expect(textOf(await servers())).not.toContain('PALM_ETCD_API');
    await other.put(PRINTF, recordText(PRINTF));
    for (const view of [await servers(), await show(PRINTF)]) {
      expect(view.title).toBe('No PALM servers');
      expect(textOf(view)).toContain('does hold servers: PALM_ETCD_API is probably set wrong');
    }
    await other.wipe();
    other.close();
  });

  test('palm show tells every field, who calls it leader, and the exact text', async () => {
    const view = await show(LEADER);
    const text = textOf(view);
    expect(view.title).toBe('PALM server montecarlo');
    expect(text).toContain(`Called leader by: 1 other: montecarlo (${WORKER})`);
    expect(text).toContain('When: 2016-02-16T11:28:59.088608 (as its own machine wrote it, without a time zone)');
    expect(text).toMatch(/Revision: [1-9][0-9]*/);
    expect(view.parts).toContainEqual({
      kind: 'raw',
      name: `${LEADER}.json`,
      text: (await rig.hand.read(LEADER))?.toString(),
    });
    expect(text).toContain(`[Purge] palm purge ${LEADER}`);
  });

  test('palm show takes the beginning of a uuid, in any case', async () => {
    expect((await show(PRINTF.slice(0, 8).toUpperCase())).title).toBe('PALM server printf');
  });

  test('palm show says when a server is an orphan', async () => {
    expect(textOf(await show(ORPHAN))).toContain(`Its leader ${ABSENT} is not registered`);
  });

  test('palm show lists the candidates of a beginning that fits several', async () => {
    const twin = PRINTF.replace(/.$/, '0');
    await rig.hand.put(twin, recordText(twin));
    const text = textOf(await show(PRINTF.slice(0, 12)));
    expect(text).toContain(`2 servers begin with ${PRINTF.slice(0, 12)}`);
    expect(text).toContain(twin);
    expect((await show(PRINTF)).title).toBe('PALM server printf');
  });

  test('palm show of nobody says what to type', async () => {
    expect(textOf(await show(ABSENT))).toContain('[List servers] palm servers');
  });

  test('palm show of an unreadable row shows its bytes and why', async () => {
    await rig.hand.put(ABSENT, '{broken');
    const text = textOf(await show(ABSENT));
    expect(text).toContain('cannot be read as a server: it is not a JSON object');
    expect(text).toContain('{broken');
  });

  test('1 000 servers are one table', async () => {
    const uuids = Array.from({ length: 1_000 }, (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`);
    await Promise.all(uuids.map((uuid) => rig.hand.put(uuid, recordText(uuid))));
    const view = await servers();
    expect(view.title).toBe('1004 PALM servers');
    expect(view.parts.find((part) => part.kind === 'table')?.rows).toHaveLength(1_004);
  });
});

describe('words that are refused before anything is read', () => {
  const rig = { palm: null as never };

  test.each([
    [['x'], 'x is not understood here; for one server type palm show UUID'],
    [['--colour', 'red'], 'there is no flag --colour; known: --server, --host, --function'],
    [['--server'], '--server needs a value'],
  ])('palm servers %j', (words, problem) => {
    expect(palmServers(rig.palm).check(words)).toContain(problem);
  });

  test.each([
    [[], 'a uuid is needed: palm show UUID'],
    [['..'], '".." is not the uuid of a server'],
    [['../../x'], 'is not the uuid of a server'],
    [['e5cd8'], 'at least its first 6 characters'],
    [['e5cd88f7-'.repeat(9)], 'is not the uuid of a server'],
    [['ü💥ü💥ü💥'], 'is not the uuid of a server'],
    [['<!channel>'], 'is not the uuid of a server'],
    [['x'.repeat(100_000)], '(100002 characters)'],
    [['e5cd88f7', '9b1e0a52'], '2 servers are too many for one request; at most 1'],
    [['--all'], 'there is no flag --all; this command takes none'],
  ])('palm show %j', (words, problem) => {
    expect(palmShow(rig.palm).check(words)).toContain(problem);
  });
});
