import { z } from 'zod';

/** Who may use the console, and where what they ask there is announced. */
export interface ConsoleConfig {
  /** Its requests are asked in this channel: the people there see them and decide, as soon as Slack is back. */
  readonly channel: string;
  readonly people: readonly { readonly user: string; readonly keyHash: string }[];
}

/** The section `console` of the file. A line that is taken out is a key that is revoked. */
export const consoleSchema = z
  .strictObject({
    channel: z.string().regex(/^[CG][A-Z0-9]+$/, 'must be a Slack channel id (C…)'),
    people: z
      .array(
        z.strictObject({
          user: z.string().regex(/^[UW][A-Z0-9]+$/, 'must be a Slack user id (U…)'),
          /** As `npm run ops -- key` prints it. */
          keyHash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits'),
        }),
      )
      .refine((people) => new Set(people.map(({ keyHash }) => keyHash)).size === people.length, {
        error: 'must not give one key to two people',
      }),
  })
  .optional();
