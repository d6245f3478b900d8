import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { DEFAULT_CLUSTER } from '../../handlers/clusters';
import { DEFAULT_RULES, type Rules } from '../../jobs/rules/rules';
import {
  type ClusterConfig,
  clustersOf,
  clustersSchema,
  httpUrl,
  SYSTEM_SETTINGS,
  type SystemsConfig,
  systemsOf,
  systemsProblems,
} from './cluster-config';
import { type ConsoleConfig, consoleSchema } from './console-config';
import { type HookConfig, hooksOf, hooksSchema } from './hook-config';
import { problemsOf } from './problems';
import {
  approvalsSchema,
  channelId,
  channels,
  rulesOf,
  rulesSchema,
  unknownClusters as unknownInRules,
  who,
} from './rules-config';

/** The only reader of the environment. Read once at start, every problem listed, frozen afterwards. */
export interface Config extends SystemsConfig {
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
  /** The default one first: it has the addresses of the environment. */
  readonly clusters: readonly ClusterConfig[];
  /** The cluster that commands mean in a channel when they name none, where it is not the default one. */
  readonly channelClusters: Readonly<Record<string, string>>;
  readonly rules: Rules;
  /** 32 bytes in base64 that seal people's second factors; null: none is asked for. */
  readonly secondFactorKey: string | null;
  readonly hooks: readonly HookConfig[];
  /** Null: nobody may use the console. */
  readonly console: ConsoleConfig | null;
  /** Of the person at the console; the bot itself has none. */
  readonly consoleKey: string | null;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

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
  ...SYSTEM_SETTINGS,
  APPROVERS: who.default([]),
  CHANNELS: channels.default([]),
  QUORUMBOT_CONFIG: z.string().optional(),
  SECOND_FACTOR_KEY: z
    .string()
    .refine((text) => /^[A-Za-z0-9+/]{43}=$/.test(text), 'must be 32 random bytes in base64: openssl rand -base64 32')
    .optional(),
  QUORUMBOT_CONSOLE_KEY: z.string().optional(),
});
type Settings = z.infer<typeof environmentSchema>;

/** The names of all settings, for the test that compares them with `.env.example`. */
export const SETTINGS = Object.keys(environmentSchema.shape);

const fileSchema = z.strictObject({
  clusters: clustersSchema.default({}),
  console: consoleSchema,
  hooks: hooksSchema,
  channels: z.record(channelId, z.strictObject({ cluster: z.string() })).default({}),
  approvals: approvalsSchema.optional(),
  rules: rulesSchema.default([]),
});
type File = z.infer<typeof fileSchema>;

/** Empty variables count as not set. */
export function loadConfig(environment: Environment = process.env): Loaded {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environmentSchema.safeParse(set);
  const read = readFile(set.QUORUMBOT_CONFIG, set);
  const problems = [...(parsed.success ? togetherProblems(parsed.data) : problemsOf(parsed.error)), ...read.problems];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: deepFreeze(configOf(parsed.data, read)) };
}

/** What only shows when several settings are seen together. */
function togetherProblems(settings: Settings): readonly string[] {
  const problems: string[] = [];
  if (!settings.SLACK_APP_TOKEN && !settings.SLACK_SIGNING_SECRET) {
    problems.push('SLACK_SIGNING_SECRET is missing: without SLACK_APP_TOKEN the bot takes signed HTTP requests');
  }
  return [...problems, ...systemsProblems(settings)];
}

interface FileRead {
  readonly file: File;
  readonly clusters: readonly ClusterConfig[];
  readonly hooks: readonly HookConfig[];
  readonly problems: readonly string[];
}

const NO_FILE: FileRead = { file: fileSchema.parse({}), clusters: [], hooks: [], problems: [] };

function readFile(path: string | undefined, environment: Environment): FileRead {
  if (path === undefined) return NO_FILE;
  const broken = (problems: readonly string[]) => ({
    ...NO_FILE,
    problems: problems.map((problem) => `QUORUMBOT_CONFIG ${path}: ${problem}`),
  });
  try {
    const parsed = fileSchema.safeParse(parseYaml(readFileSync(path, 'utf8')) ?? {});
    if (!parsed.success) return broken(problemsOf(parsed.error));
    const file = parsed.data;
    const { clusters, problems } = clustersOf(file.clusters, environment);
    const { hooks, problems: ofHooks } = hooksOf(file.hooks, environment);
    const all = [...problems, ...unknownClusters(file), ...ofHooks];
    return all.length === 0 ? { file, clusters, hooks, problems: [] } : broken(all);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...NO_FILE, problems: [`QUORUMBOT_CONFIG ${path} cannot be read: ${why}`] };
  }
}

function unknownClusters({ clusters, channels, rules }: File): readonly string[] {
  const known = new Set([DEFAULT_CLUSTER, ...Object.keys(clusters)]);
  const inChannels = Object.entries(channels).flatMap(([channel, { cluster }]) =>
    known.has(cluster) ? [] : [`channels.${channel}.cluster: there is no cluster ${cluster}`],
  );
  return [...inChannels, ...unknownInRules(rules, known)];
}

function configOf(settings: Settings, { file, clusters, hooks }: FileRead): Config {
  const systems = systemsOf(settings);
  const production = file.clusters[DEFAULT_CLUSTER]?.production ?? false;
  const named = clusters.filter(({ name }) => name !== DEFAULT_CLUSTER);
  return {
    ...systems,
    clusters: [{ name: DEFAULT_CLUSTER, production, ...systems }, ...named],
    channelClusters: Object.fromEntries(
      Object.entries(file.channels).map(([channel, { cluster }]) => [channel, cluster]),
    ),
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
    rules: allRules(settings, file),
    secondFactorKey: settings.SECOND_FACTOR_KEY ?? null,
    hooks,
    console: file.console ?? null,
    consoleKey: settings.QUORUMBOT_CONSOLE_KEY ?? null,
  };
}

function isLoopback(url: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(url).hostname);
}

function allRules(settings: Settings, { approvals = {}, rules }: File): Rules {
  return {
    approvers: settings.APPROVERS,
    channels: settings.CHANNELS,
    needs: {
      reversible: approvals.reversible ?? DEFAULT_RULES.needs.reversible,
      irreversible: approvals.irreversible ?? DEFAULT_RULES.needs.irreversible,
    },
    stricter: approvals.operations ?? {},
    rules: rulesOf(rules),
    expiresAfterMs: approvals.expireAfter === undefined ? DEFAULT_RULES.expiresAfterMs : approvals.expireAfter * 60_000,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
