import { Secret, TOTP } from 'otpauth';

/** An authenticator app on somebody's phone: reads the address it is shown, and has codes. */
export interface Authenticator {
  /** The code of this many steps from now. */
  code(steps?: number): string;
  /** One that is none of those that count now. */
  wrong(): string;
}

/** `now`: the clock that counts, in milliseconds. */
export function authenticator(secret: string, now: () => number = Date.now): Authenticator {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (steps = 0) => totp.generate({ timestamp: now() + steps * 30_000 });
  return {
    code,
    wrong: () => {
      const good = [-2, -1, 0, 1, 2].map(code);
      return ['000000', '111111', '222222', '333333', '444444', '555555'].find((one) => !good.includes(one)) ?? '';
    },
  };
}
