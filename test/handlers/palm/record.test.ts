import { readServer } from '../../../src/handlers/palm/record';
import { PRINTF, recordText } from './rig';

const entry = (text: string | Buffer, id = PRINTF) => ({ id, bytes: Buffer.from(text), directory: false });
const withoutField = (field: string) => JSON.stringify({ ...JSON.parse(recordText(PRINTF)), [field]: undefined });

describe('a row of /servers/', () => {
  test('is a server when every field is as PALM writes it', () => {
    const row = readServer(entry(recordText(PRINTF)));
    expect(row).toMatchObject({ ok: true, server: { uuid: PRINTF, pid: 4749, when: '2016-02-16T11:28:59.088608' } });
  });

  test.each([
    ['a time without microseconds', { when: '2016-02-16T11:31:02' }],
    ['no port', { ports: [] }],
    ['a kind that nobody has heard of', { kind: 'zebra' }],
    ['100 kB of functions', { functions: Array.from({ length: 10_000 }, (_, n) => `function_${n}`) }],
  ])('may have %s', (_what, changes) => {
    expect(readServer(entry(recordText(PRINTF, changes)))).toMatchObject({ ok: true });
  });

  test.each(['uuid', 'server', 'kind', 'host', 'ports', 'pid', 'configured', 'leader', 'when', 'functions'])(
    'is unreadable without its %s',
    (field) => {
      expect(readServer(entry(withoutField(field)))).toEqual({
        ok: false,
        reason: `its field ${field} is missing or wrong`,
      });
    },
  );

  test.each([
    ['pid', '20-digit', '12345678901234567890'],
    ['pid', 'negative', '-1'],
    ['pid', 'infinite', '1e999'],
    ['ports', 'too large', '[70000]'],
    ['ports', 'a text', '"5555"'],
    ['leader', 'a path', '"../x"'],
    ['when', 'another format', '"yesterday"'],
    ['configured', 'a number', '1'],
    ['functions', 'not texts', '[1]'],
    ['server', 'empty', '""'],
  ])('is unreadable when its %s is %s', (field, _what, json) => {
    const text = recordText(PRINTF).replace(
      new RegExp(`"${field}": (\\[[^\\]]*\\]|"[^"]*"|[^,}]+)`),
      `"${field}": ${json}`,
    );
    expect(readServer(entry(text))).toEqual({ ok: false, reason: `its field ${field} is missing or wrong` });
  });

  test.each([
    ['broken JSON', '{"host": ', 'it is not a JSON object'],
    ['nothing', '', 'it is not a JSON object'],
    ['null', 'null', 'it is not a JSON object'],
    ['a list', '[]', 'it is not a JSON object'],
    ['NaN', recordText(PRINTF).replace('4749', 'NaN'), 'it is not a JSON object'],
    ['a byte order mark', `\uFEFF${recordText(PRINTF)}`, 'it is not a JSON object'],
    ['a further field', recordText(PRINTF, { extra: 1 }), 'it has a field that PALM does not write'],
    ['__proto__', recordText(PRINTF).replace('{', '{"__proto__": {}, '), 'it has a field that PALM does not write'],
    [
      'another uuid',
      recordText('c77a3b10-1c2d-4e5f-8a9b-0c1d2e3f4a5b'),
      'the uuid in the record is not the one in the key',
    ],
  ])('is unreadable with %s', (_what, text, reason) => {
    expect(readServer(entry(text))).toEqual({ ok: false, reason });
  });

  test('is unreadable in bytes that are not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"host": "'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(readServer(entry(bytes))).toEqual({ ok: false, reason: 'its bytes are not UTF-8' });
  });

  test.each(['__proto__', 'x', '..', PRINTF.toUpperCase(), `${PRINTF}\n`, '', 'ü💥'])(
    'is unreadable by the name %j',
    (id) => {
      expect(readServer(entry(recordText(PRINTF), id))).toEqual({ ok: false, reason: 'its name is not a uuid' });
    },
  );

  test('is unreadable as a directory', () => {
    const row = readServer({ id: PRINTF, bytes: Buffer.alloc(0), directory: true });
    expect(row).toEqual({ ok: false, reason: 'it is a directory, not a record' });
  });
});
