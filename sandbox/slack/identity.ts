/** Who the workspace, its app and its bot user are. Tokens and the secret are new for every workspace. */
import { randomBytes } from 'node:crypto';

export const TEAM = { id: 'T0SANDBOX', name: 'Sandbox', domain: 'sandbox' } as const;
export const APP_ID = 'A0SANDBOX';
export const BOT = { user: 'U0BOT', bot: 'B0BOT' } as const;
export const SLACKBOT = 'USLACKBOT';

export interface Identity {
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
}

export function createIdentity(): Identity {
  const secret = () => randomBytes(16).toString('hex');
  return { botToken: `xoxb-${secret()}`, appToken: `xapp-${secret()}`, signingSecret: secret() };
}

/** Unguessable and free of anything that needs escaping in a URL. */
export function randomId(prefix: string): string {
  return prefix + randomBytes(6).toString('hex').toUpperCase();
}
