import { type Check, createDoctor, type Doctor } from '../../handlers/checkup';
import { DEFAULT_CLUSTER } from '../../handlers/clusters';
import { distkvChecks } from '../../handlers/distkv/checkup';
import type { Factors } from '../../handlers/factors';
import type { Systems } from '../../handlers/index';
import { openioChecks } from '../../handlers/openio/checkup';
import { palmChecks } from '../../handlers/palm/checkup';
import { SYSTEMS } from '../app';
import type { Config } from '../config/config';
import { createSlack } from '../outbox/slack';
import { clusterChecks } from './cluster-checks';
import { configChecks } from './config-checks';
import { factorCheck } from './factor-checks';
import { slackChecks } from './slack-checks';
import { createSlackProbe } from './slack-probe';

/** Puts together what is looked at: Slack, the configuration, Redis, and each system of each cluster. */
export interface DoctorParts {
  readonly config: Config;
  readonly clusters: readonly OpenCluster[];
  /** What the job layer wants to have looked at. */
  readonly redis: Check;
  readonly factors: Factors;
  readonly onError: (error: unknown, what: string) => void;
}

interface OpenCluster {
  readonly name: string;
  readonly systems: Pick<Systems, 'openio' | 'distkv' | 'palm'>;
}

export function doctorOf({ config, clusters, redis, factors, onError }: DoctorParts): Doctor {
  const slack = createSlack(config.slack);
  const checks: readonly Check[] = [
    ...slackChecks(createSlackProbe(config.slack), config),
    ...configChecks({ rules: config.rules, members: slack.members, commands: SYSTEMS }),
    factorCheck({ rules: config.rules, members: slack.members, factors }),
    ...clusterChecks(config.clusters),
    redis,
    ...clusters.flatMap(systemChecks),
  ];
  return createDoctor(checks, { onError });
}

function systemChecks({ name, systems: { openio, distkv, palm } }: OpenCluster): readonly Check[] {
  const called = (system: string) => (name === DEFAULT_CLUSTER ? system : `${system} on ${name}`);
  return [
    ...(openio ? openioChecks(openio, called('OpenIO')) : []),
    ...(distkv ? distkvChecks(distkv, called('DistKV')) : []),
    ...(palm ? palmChecks(palm.etcd, palm.units, called('PALM')) : []),
  ];
}
