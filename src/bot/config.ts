import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { DEFAULT_RULES, type Rules } from '../jobs/policy';

/** The only reader of the environment. Read once at start, every problem listed, frozen afterwards. */
export interface Config {
  readonly role: 'all' | 'bot' | 'worker';
  readonly slack: {
    readonly token: string;
    readonly apiUrl: string;
    readonly transport:
      | { readonly kind: 'socket'; readonly appToken: string }
      | { readonly kind: 'http'; readonly signingSecret: string };
  };
  readonly port: number;
  /** The address that is listened on; null: all. */
  readonly host: string | null;
  readonly redisUrl: string;
  readonly openio: {
    readonly proxyUrl: string;
    /** Their caches are flushed too. */
    readonly otherProxyUrls: readonly string[];
    readonly namespace: string;
    readonly account: string;
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
  readonly approvers: readonly string[];
  readonly rules: Rules;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });
const ids = (pattern: RegExp, what: string) =>
  list.pipe(z.array(z.string().regex(pattern, { error: (issue) => `${String(issue.input)} is not ${what}` })));

const serverSchema = z.string().transform((text, context) => {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match && port >= 1 && port <= 65_535) return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port };
  context.addIssue(`${text} is not host:port`);
  return z.NEVER;
});

const environmentSchema = z.object({
  ROLE: z.enum(['all', 'bot', 'worker'], { error: 'must be bot or worker, or be left out for both' }).default('all'),
  SLACK_BOT_TOKEN: z.string({ error: 'is missing: the bot token, xoxb-…' }).regex(/^xoxb-/, 'must begin with xoxb-'),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-/, 'must begin with xapp-')
    .optional(),
  SLACK_SIGNING_SECRET: z.string().min(8, 'is too short to be a signing secret').optional(),
  SLACK_API_URL: httpUrl.default('https://slack.com/api/'),
  PORT: z.coerce
    .number({ error: 'must be a port number' })
    .int()
    .min(0)
    .max(65_535, 'must be a port number')
    .default(3000),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' })
    .default('redis://127.0.0.1:6379'),
  OPENIO_PROXY_URL: list.pipe(z.array(httpUrl)).optional(),
  OPENIO_NAMESPACE: z.string().default('OPENIO'),
  OPENIO_ACCOUNT: z.string().default('myaccount'),
  DISTKV_SERVERS: list.pipe(z.array(serverSchema)).optional(),
  DISTKV_USER: z.string().optional(),
  DISTKV_PASSWORD: z.string().optional(),
  PALM_ETCD_HOSTS: list.pipe(z.array(httpUrl)).optional(),
  PALM_ETCD_API: z.enum(['v2', 'v3'], { error: 'must be v2 or v3' }).default('v3'),
  PALM_SSH: z
    .string()
    .regex(/^[a-z_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?$/, 'must be user@host or user@host:port')
    .optional(),
  PALM_SSH_KEY: z.string().optional(),
  PALM_SSH_KNOWN_HOSTS: z.string().optional(),
  APPROVERS: ids(/^[UWS][A-Z0-9]+$/, 'a Slack user id (U…) or user group id (S…)').default([]),
  CHANNELS: ids(/^[CGD][A-Z0-9]+$/, 'a Slack channel id (C…)').default([]),
  QUORUMBOT_CONFIG: z.string().optional(),
});
type Settings = z.infer<typeof environmentSchema>;

/** The names of all settings, for the test that compares them with `.env.example`. */
export const SETTINGS = Object.keys(environmentSchema.shape);

const fileSchema = z.strictObject({
  approvals: z
    .strictObject({
      /** Minutes. */
      expireAfter: z
        .number()
        .positive()
        .max(24 * 60)
        .optional(),
      reversible: z.int().min(1).max(10).optional(),
      irreversible: z.int().min(2).max(10).optional(),
      /** Stricter numbers by operation: `palm purge: 2`. */
      operations: z.record(z.string(), z.int().min(1).max(10)).optional(),
    })
    .optional(),
});
type File = z.infer<typeof fileSchema>;

/** Empty variables count as not set. */
export function loadConfig(environment: Environment = process.env): Loaded {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environmentSchema.safeParse(set);
  const file = readFile(set.QUORUMBOT_CONFIG);
  const problems = [
    ...(parsed.success ? togetherProblems(parsed.data) : problemsOf(parsed.error)),
    ...(file.ok ? [] : file.problems),
  ];
  if (!parsed.success || !file.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: deepFreeze(configOf(parsed.data, file.file)) };
}

function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) =>
    [issue.path.filter((key) => typeof key === 'string').join('.'), issue.message].filter(Boolean).join(' '),
  );
}

/** What only shows when several settings are seen together. */
function togetherProblems(settings: Settings): readonly string[] {
  const problems: string[] = [];
  if (!settings.SLACK_APP_TOKEN && !settings.SLACK_SIGNING_SECRET) {
    problems.push('SLACK_SIGNING_SECRET is missing: without SLACK_APP_TOKEN the bot takes signed HTTP requests');
  }
  if (settings.PALM_SSH && !(settings.PALM_SSH_KEY && settings.PALM_SSH_KNOWN_HOSTS)) {
    problems.push('PALM_SSH needs PALM_SSH_KEY and PALM_SSH_KNOWN_HOSTS: a key file and a known_hosts file');
  }
  if (Boolean(settings.DISTKV_USER) !== Boolean(settings.DISTKV_PASSWORD)) {
    problems.push('DISTKV_USER and DISTKV_PASSWORD belong together: set both or neither');
  }
  return problems;
}

function readFile(path: string | undefined): { ok: true; file: File } | { ok: false; problems: readonly string[] } {
  if (path === undefined) return { ok: true, file: {} };
  try {
    const parsed = fileSchema.safeParse(parseYaml(readFileSync(path, 'utf8')) ?? {});
    if (parsed.success) return { ok: true, file: parsed.data };
    return { ok: false, problems: problemsOf(parsed.error).map((problem) => `QUORUMBOT_CONFIG ${path}: ${problem}`) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [`QUORUMBOT_CONFIG ${path} cannot be read: ${why}`] };
  }
}

function configOf(settings: Settings, file: File): Config {
  return {
    role: settings.ROLE,
    slack: {
      token: settings.SLACK_BOT_TOKEN,
      apiUrl: settings.SLACK_API_URL.replace(/\/*$/, '/'),
      transport: settings.SLACK_APP_TOKEN
        ? { kind: 'socket', appToken: settings.SLACK_APP_TOKEN }
        : { kind: 'http', signingSecret: settings.SLACK_SIGNING_SECRET ?? '' },
    },
    port: settings.PORT,
    // With a pretended Slack on this machine nobody else has business here.
    host: isLoopback(settings.SLACK_API_URL) ? '127.0.0.1' : null,
    redisUrl: settings.REDIS_URL,
    openio: openioOf(settings),
    distkv: settings.DISTKV_SERVERS?.length ? { servers: settings.DISTKV_SERVERS, login: loginOf(settings) } : null,
    palm: settings.PALM_ETCD_HOSTS?.length
      ? { api: settings.PALM_ETCD_API, hosts: settings.PALM_ETCD_HOSTS, ssh: sshOf(settings) }
      : null,
    approvers: settings.APPROVERS,
    rules: rulesOf(settings, file),
  };
}

function isLoopback(url: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(url).hostname);
}

function openioOf({
  OPENIO_PROXY_URL: [proxyUrl, ...otherProxyUrls] = [],
  OPENIO_NAMESPACE,
  OPENIO_ACCOUNT,
}: Settings) {
  if (proxyUrl === undefined) return null;
  return { proxyUrl, otherProxyUrls, namespace: OPENIO_NAMESPACE, account: OPENIO_ACCOUNT };
}

function loginOf({ DISTKV_USER: user, DISTKV_PASSWORD: password }: Settings) {
  return user && password ? { user, password } : null;
}

function sshOf({ PALM_SSH: where, PALM_SSH_KEY: keyFile, PALM_SSH_KNOWN_HOSTS: knownHostsFile }: Settings) {
  return where && keyFile && knownHostsFile ? { where, keyFile, knownHostsFile } : null;
}

function rulesOf(settings: Settings, { approvals = {} }: File): Rules {
  return {
    channels: settings.CHANNELS,
    needs: {
      reversible: approvals.reversible ?? DEFAULT_RULES.needs.reversible,
      irreversible: approvals.irreversible ?? DEFAULT_RULES.needs.irreversible,
    },
    stricter: approvals.operations ?? {},
    expiresAfterMs: approvals.expireAfter === undefined ? DEFAULT_RULES.expiresAfterMs : approvals.expireAfter * 60_000,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
