import { z } from 'zod';
import { DEFAULT_CLUSTER } from '../../handlers/clusters';

/** Where the systems of one cluster are: the same settings in the environment and in the file. Pure. */
export interface SystemsConfig {
  readonly openio: {
    readonly proxyUrl: string;
    /** Their caches are flushed too. */
    readonly otherProxyUrls: readonly string[];
    readonly namespace: string;
    readonly account: string;
    /** Bases of one namespace that may be moved at the same time. */
    readonly movesAtOnce: number;
  } | null;
  readonly distkv: {
    readonly servers: readonly { readonly host: string; readonly port: number }[];
    readonly login: { readonly user: string; readonly password: string } | null;
  } | null;
  readonly palm: {
    readonly api: 'v2' | 'v3';
    readonly hosts: readonly string[];
    readonly ssh: { readonly where: string; readonly keyFile: string; readonly knownHostsFile: string } | null;
  } | null;
}

export interface ClusterConfig extends SystemsConfig {
  readonly name: string;
  readonly production: boolean;
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
/** `a, b` as well as a list of the file. */
export const items = z.union([list, z.array(z.string())], { error: 'must be a list' });
export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });
const urls = items.pipe(z.array(httpUrl));

const server = z.string().transform((text, context) => {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match && port >= 1 && port <= 65_535) return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port };
  context.addIssue(`${text} is not host:port`);
  return z.NEVER;
});
const servers = items.pipe(z.array(server));

const etcdApi = z.enum(['v2', 'v3'], { error: 'must be v2 or v3' }).default('v3');
const ssh = z
  .string()
  .regex(/^[a-z_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?$/, 'must be user@host or user@host:port');
const namespace = z.string().default('OPENIO');
const account = z.string().default('myaccount');
const movesAtOnce = z.coerce
  .number({ error: 'must be a number' })
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(20, 'must be at most 20')
  .default(1);

/** The default cluster's part of the environment. */
export const SYSTEM_SETTINGS = {
  OPENIO_PROXY_URL: urls.optional(),
  OPENIO_NAMESPACE: namespace,
  OPENIO_ACCOUNT: account,
  OPENIO_MOVES_AT_ONCE: movesAtOnce,
  DISTKV_SERVERS: servers.optional(),
  DISTKV_USER: z.string().optional(),
  DISTKV_PASSWORD: z.string().optional(),
  PALM_ETCD_HOSTS: urls.optional(),
  PALM_ETCD_API: etcdApi,
  PALM_SSH: ssh.optional(),
  PALM_SSH_KEY: z.string().optional(),
  PALM_SSH_KNOWN_HOSTS: z.string().optional(),
};
const settingsSchema = z.object(SYSTEM_SETTINGS);
type SystemSettings = z.infer<typeof settingsSchema>;

export function systemsOf(settings: SystemSettings): SystemsConfig {
  return {
    openio: openioOf(settings),
    distkv: settings.DISTKV_SERVERS?.length ? { servers: settings.DISTKV_SERVERS, login: loginOf(settings) } : null,
    palm: settings.PALM_ETCD_HOSTS?.length
      ? { api: settings.PALM_ETCD_API, hosts: settings.PALM_ETCD_HOSTS, ssh: sshOf(settings) }
      : null,
  };
}

function openioOf(settings: SystemSettings): SystemsConfig['openio'] {
  const [proxyUrl, ...otherProxyUrls] = settings.OPENIO_PROXY_URL ?? [];
  if (proxyUrl === undefined) return null;
  const { OPENIO_NAMESPACE: namespace, OPENIO_ACCOUNT: account, OPENIO_MOVES_AT_ONCE: movesAtOnce } = settings;
  return { proxyUrl, otherProxyUrls, namespace, account, movesAtOnce };
}

function loginOf({ DISTKV_USER: user, DISTKV_PASSWORD: password }: SystemSettings) {
  return user && password ? { user, password } : null;
}

function sshOf({ PALM_SSH: where, PALM_SSH_KEY: keyFile, PALM_SSH_KNOWN_HOSTS: knownHostsFile }: SystemSettings) {
  return where && keyFile && knownHostsFile ? { where, keyFile, knownHostsFile } : null;
}

/** What only shows when several settings are seen together. `named`: how a setting is called where it stands. */
export function systemsProblems(settings: SystemSettings, named = (setting: string) => setting): readonly string[] {
  const problems: string[] = [];
  if (settings.PALM_SSH && !(settings.PALM_SSH_KEY && settings.PALM_SSH_KNOWN_HOSTS)) {
    problems.push(
      `${named('PALM_SSH')} needs ${named('PALM_SSH_KEY')} and ${named('PALM_SSH_KNOWN_HOSTS')}: a key file and a known_hosts file`,
    );
  }
  if (Boolean(settings.DISTKV_USER) !== Boolean(settings.DISTKV_PASSWORD)) {
    problems.push(`${named('DISTKV_USER')} and ${named('DISTKV_PASSWORD')} belong together: set both or neither`);
  }
  return problems;
}

/** A setting of the file that holds a secret may name an environment variable instead: `{ env: NAME }`. */
const secret = z.union([z.string(), z.strictObject({ env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) })], {
  error: 'must be text or { env: NAME }',
});

const clusterSchema = z.strictObject({
  /** Looks different wherever it is named. */
  production: z.boolean().default(false),
  openio: z.strictObject({ proxyUrl: urls, namespace, account, movesAtOnce }).optional(),
  distkv: z.strictObject({ servers, user: secret.optional(), password: secret.optional() }).optional(),
  palm: z
    .strictObject({
      etcdHosts: urls,
      etcdApi,
      ssh: ssh.optional(),
      sshKey: z.string().optional(),
      sshKnownHosts: z.string().optional(),
    })
    .optional(),
});

const clusterName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be small letters, digits and dashes, at most 31, a letter first');

/** The section `clusters` of the file. */
export const clustersSchema = z.record(clusterName, clusterSchema);
type ClusterSection = z.infer<typeof clusterSchema>;

type Environment = Readonly<Record<string, string | undefined>>;

/** The clusters of the file, or every problem that only shows together with the environment. */
export function clustersOf(
  sections: Readonly<Record<string, ClusterSection>>,
  environment: Environment,
): { readonly clusters: readonly ClusterConfig[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const clusters = Object.entries(sections).flatMap(([name, section]) => {
    const path = (setting: string) => `clusters.${name}.${PATHS[setting] ?? setting}`;
    if (name === DEFAULT_CLUSTER && (section.openio ?? section.distkv ?? section.palm)) {
      problems.push(`clusters.${name}: its addresses are the environment's settings; only production can be set here`);
      return [];
    }
    const settings = settingsOf(section, (setting, given) => {
      if (given === undefined || typeof given === 'string') return given;
      const value = environment[given.env];
      if (!value) problems.push(`${path(setting)}: the variable ${given.env} is not set`);
      return value;
    });
    problems.push(...systemsProblems(settings, path));
    return [{ name, production: section.production, ...systemsOf(settings) }];
  });
  return { clusters, problems };
}

const PATHS: Readonly<Record<string, string>> = {
  DISTKV_USER: 'distkv.user',
  DISTKV_PASSWORD: 'distkv.password',
  PALM_SSH: 'palm.ssh',
  PALM_SSH_KEY: 'palm.sshKey',
  PALM_SSH_KNOWN_HOSTS: 'palm.sshKnownHosts',
};

type Secret = z.infer<typeof secret>;

function settingsOf(
  { openio, distkv, palm }: ClusterSection,
  reveal: (setting: string, given: Secret | undefined) => string | undefined,
): SystemSettings {
  return {
    OPENIO_PROXY_URL: openio?.proxyUrl,
    OPENIO_NAMESPACE: openio?.namespace ?? '',
    OPENIO_ACCOUNT: openio?.account ?? '',
    OPENIO_MOVES_AT_ONCE: openio?.movesAtOnce ?? 1,
    DISTKV_SERVERS: distkv?.servers,
    DISTKV_USER: reveal('DISTKV_USER', distkv?.user),
    DISTKV_PASSWORD: reveal('DISTKV_PASSWORD', distkv?.password),
    PALM_ETCD_HOSTS: palm?.etcdHosts,
    PALM_ETCD_API: palm?.etcdApi ?? 'v3',
    PALM_SSH: palm?.ssh,
    PALM_SSH_KEY: palm?.sshKey,
    PALM_SSH_KNOWN_HOSTS: palm?.sshKnownHosts,
  };
}
