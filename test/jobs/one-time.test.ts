import { base32Of, newSecret, stepOf, uriOf } from '../../src/jobs/second-factor/one-time';
import { openSecret, sealSecret } from '../../src/jobs/second-factor/sealing';

describe('one-time codes', () => {
  /** RFC 6238, appendix B: SHA-1, the last six of its eight digits. */
  const secret = Buffer.from('12345678901234567890');
  test.each([
    [59, '287082', 1],
    [1_111_111_109, '081804', 37_037_036],
    [1_111_111_111, '050471', 37_037_037],
    [1_234_567_890, '005924', 41_152_263],
    [2_000_000_000, '279037', 66_666_666],
    [20_000_000_000, '353130', 666_666_666],
  ])('at second %d the standard has the code %s', (second, code, step) => {
    expect(stepOf(code, secret, second * 1_000)).toBe(step);
  });

  test('a code is good for the step before and after its own, and no longer', () => {
    const at = (seconds: number) => stepOf('279037', secret, (2_000_000_000 + seconds) * 1_000);
    // Its own step begins 20 seconds before.
    expect([at(-51), at(-50), at(0), at(39), at(40)]).toEqual([null, 66_666_666, 66_666_666, 66_666_666, null]);
  });

  test.each(['28708', '2870820', 'abcdef', '', '287 08', '２８７０８２', '287082; DROP', '0x4616'])(
    '%j is no code at all',
    (text) => expect(stepOf(text, secret, 59_000)).toBeNull(),
  );

  test('an app may show it with a space', () => {
    expect(stepOf('287 082', secret, 59_000)).toBe(1);
  });

  test('the address for the app holds the secret and the person, and secrets differ', () => {
    expect(uriOf(secret, 'U0BEN')).toBe(
      'otpauth://totp/Quorumbot:U0BEN?issuer=Quorumbot&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
    );
    expect(base32Of(secret)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(newSecret()).toHaveLength(20);
    expect(newSecret().equals(newSecret())).toBe(false);
  });
});

describe('sealed secrets', () => {
  const key = Buffer.alloc(32, 1);
  const secret = Buffer.from('12345678901234567890');

  test('open with the key and for their owner', () => {
    const sealed = sealSecret(secret, 'U0BEN', key);
    expect(openSecret(sealed, 'U0BEN', key)).toEqual(secret);
    expect(sealed).not.toContain(secret.toString('base64').slice(0, 10));
    expect(sealSecret(secret, 'U0BEN', key)).not.toBe(sealed);
  });

  test('do not open with another key, nor for somebody else', () => {
    const sealed = sealSecret(secret, 'U0BEN', key);
    expect(openSecret(sealed, 'U0BEN', Buffer.alloc(32, 2))).toBeNull();
    expect(openSecret(sealed, 'U0CHO', key)).toBeNull();
  });

  test('do not open when any single byte of them was changed, nor when they were cut', () => {
    const bytes = Buffer.from(sealSecret(secret, 'U0BEN', key).slice(3), 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openSecret(`v1.${changed.toString('base64')}`, 'U0BEN', key)).toBeNull();
      expect(openSecret(`v1.${bytes.subarray(0, at).toString('base64')}`, 'U0BEN', key)).toBeNull();
    }
    for (const text of ['', 'v1.', 'v2.AAAA', 'nonsense']) expect(openSecret(text, 'U0BEN', key)).toBeNull();
  });
});
