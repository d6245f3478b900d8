import { createHash, getDiffieHellman, randomBytes } from 'node:crypto';
import nacl from 'tweetnacl';
import type { Connection } from './connection';
import { type Doing, failureOf } from './exchanges';
import type { Message } from './wire';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Logs in by the method that the greeting demands, if any. A failed login leaves the connection useless: reconnect to
 * try again. The key exchange is not authenticated, so this hides the password from listeners, not from an impostor.
 */
export async function login(connection: Connection, credentials: Credentials | null, doing: Doing): Promise<void> {
  const method = demanded(connection.greeting);
  switch (method) {
    case null:
      return;
    case 'root':
      await connection.stream({ action: 'auth', typ: 'root', ident: '*', data: {} }, doing);
      return;
    case '_test':
      await connection.stream({ action: 'auth', typ: '_test', ident: credentials?.user ?? '*', data: {} }, doing);
      return;
    case 'password':
      if (!credentials)
        throw failureOf({ kind: 'rejected', text: `${WANTED}; set DISTKV_USER and DISTKV_PASSWORD` }, doing);
      return byPassword(connection, credentials, doing);
    default:
      throw failureOf(
        { kind: 'rejected', text: `the server asks for a login by “${method}”, which is not supported` },
        doing,
      );
  }
}

const WANTED = 'the server asks for a user and a password';

/** `auth` lists the methods; the first one is demanded unless it is nil. */
export function demanded(greeting: Message): string | null {
  const [first] = Array.isArray(greeting.auth) ? greeting.auth : [];
  return typeof first === 'string' ? first : null;
}

async function byPassword(connection: Connection, { user, password }: Credentials, doing: Doing): Promise<void> {
  const ours = getDiffieHellman('modp14');
  const exchange = { action: 'diffie_hellman', pubkey: unpadded(ours.generateKeys()), length: 1024 };
  const { pubkey } = await connection.request(exchange, doing);
  const key = sharedKey(ours, pubkey);
  if (!key) throw failureOf({ kind: 'malformed', text: 'the key exchange answered no usable key' }, doing);
  const nonce = randomBytes(nacl.secretbox.nonceLength);
  const box = nacl.secretbox(createHash('sha256').update(password).digest(), nonce, key);
  const proof = Buffer.concat([nonce, box]);
  await connection.stream({ action: 'auth', typ: 'password', ident: user, password: proof }, doing);
}

function sharedKey(ours: ReturnType<typeof getDiffieHellman>, pubkey: unknown): Buffer | null {
  if (!(pubkey instanceof Uint8Array)) return null;
  try {
    return keyOf(ours.computeSecret(pubkey));
  } catch {
    return null;
  }
}

/** The far side writes numbers without leading zero bytes; Node pads them. Without this 1 login in 256 fails. */
export function keyOf(secret: Buffer): Buffer | null {
  const key = unpadded(secret).subarray(0, nacl.secretbox.keyLength);
  return key.length === nacl.secretbox.keyLength ? key : null;
}

function unpadded(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return first === -1 ? Buffer.alloc(0) : number.subarray(first);
}
