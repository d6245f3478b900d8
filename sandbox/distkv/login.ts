import { createHash, getDiffieHellman } from 'node:crypto';
import nacl from 'tweetnacl';
import { keyOf } from '../../src/backends/distkv/login';
import { PythonError, quote } from './loose';

/** A network that demands a login. `users` are names and passwords; only the method `password` looks at them. */
export interface LoginRule {
  readonly method: 'root' | '_test' | 'password';
  readonly users: Readonly<Record<string, string>>;
}

/** The login of one connection. Raises what the real server raises. */
export interface Gate {
  exchange(pubkey: unknown): { readonly pubkey: Uint8Array };
  enter(message: Readonly<Record<string, unknown>>): void;
  open(): boolean;
}

export function createGate(rule: LoginRule | null): Gate {
  let key: Buffer | null = null;
  let entered = rule === null;
  return {
    open: () => entered,
    exchange: (pubkey) => {
      if (key) throw new PythonError('RuntimeError', "Can't call dh twice");
      if (!(pubkey instanceof Uint8Array)) throw new PythonError('AttributeError', 'pubkey');
      const ours = getDiffieHellman('modp14');
      const mine = ours.generateKeys();
      key = keyOf(ours.computeSecret(pubkey));
      return { pubkey: mine };
    },
    enter: (message) => {
      const user = String(message.ident);
      if (!rule)
        throw new PythonError(
          'KeyError',
          `P('${String(message.typ)}.user.${user}')`,
          `P('${String(message.typ)}.user.${user}')`,
        );
      if (message.typ !== rule.method)
        throw new PythonError('RuntimeError', 'Wrong auth type', `'Wrong auth type', ${quote(rule.method)}`);
      if (rule.method === 'password') checkPassword(rule, user, key, message.password);
      entered = true;
    },
  };
}

function checkPassword(rule: LoginRule, user: string, key: Buffer | null, sent: unknown): void {
  const password = rule.users[user];
  if (password === undefined)
    throw new PythonError('KeyError', `P('password.user.${user}')`, `P('password.user.${user}')`);
  if (!key) throw new PythonError('RuntimeError', 'The client has not executed DH key exchange');
  const hash = sent instanceof Uint8Array ? nacl.secretbox.open(sent.subarray(24), sent.subarray(0, 24), key) : null;
  if (!hash || !createHash('sha256').update(password).digest().equals(hash)) {
    throw new PythonError(
      'AuthFailedError',
      'Password hashes do not match',
      `'Password hashes do not match', ${quote(user)}`,
    );
  }
}
