import type { Member, Palm } from '../../backends/palm/palm';
import { UNITS, type Units } from '../../backends/units';
import { type Check, judged, type Line } from '../checkup';

/** What the doctor looks at in PALM: every etcd host, both key spaces, and the host of the units. */
export function palmChecks(etcd: Palm, units: Units, name = 'PALM'): readonly Check[] {
  return [membersCheck(etcd, name), keySpaceCheck(etcd, name), ...unitChecks(units, name)];
}

type Answering = Extract<Member, { kind: 'answers' }>;

function membersCheck(etcd: Palm, name: string): Check {
  const why = 'every /palm command reads and writes there';
  const todo = 'Look whether etcd runs there and whether PALM_ETCD_HOSTS is right.';
  return {
    what: `${name}: etcd`,
    why,
    todo,
    look: async (signal) => {
      const members = await etcd.members(signal);
      const answering = members.filter((member) => member.kind === 'answers');
      return [...members.map((member) => memberLine(member, name)), ...clusterLines(answering, name)];
    },
  };
}

function memberLine(member: Member, name: string): Line {
  const what = `${name}: etcd ${member.host}`;
  const why = 'every /palm command reads and writes there';
  const todo = 'Look whether etcd runs there and whether PALM_ETCD_HOSTS is right.';
  if (member.kind === 'silent') return { tone: 'bad', what, why, found: member.why, todo };
  const found = `it answers, version ${member.version}, ${member.healthy ? 'healthy' : 'it calls itself unhealthy'}`;
  return judged(
    { what, found, why },
    member.healthy
      ? null
      : {
          tone: 'bad',
          todo: 'Look at its log: it has no leader, or an alarm is raised (etcdctl endpoint health, alarm list).',
        },
  );
}

function clusterLines(members: readonly Answering[], name: string): readonly Line[] {
  const told = members.flatMap(({ alarms }) => (alarms === null ? [] : [alarms]));
  const clusters = [...new Set(members.flatMap(({ cluster }) => (cluster === null ? [] : [cluster])))];
  return [...(told.length > 0 ? [alarmLine([...new Set(told.flat())], name)] : []), ...apart(clusters, name)];
}

function alarmLine(alarms: readonly string[], name: string): Line {
  return judged(
    {
      what: `${name}: alarms of etcd`,
      found: alarms.length === 0 ? 'none is raised' : alarms.join(', '),
      why: 'an etcd out of space takes no write, so no purge can leave its receipt',
    },
    alarms.length === 0
      ? null
      : { tone: 'bad', todo: 'Compact and defragment, or raise the quota; then disarm it: etcdctl alarm disarm.' },
  );
}

function apart(clusters: readonly string[], name: string): readonly Line[] {
  if (clusters.length < 2) return [];
  return [
    {
      tone: 'bad',
      what: `${name}: hosts of one cluster`,
      found: `the hosts belong to ${clusters.length} clusters`,
      why: 'when one host is away another is asked, which would then show and change another cluster',
      todo: 'Give only the hosts of one cluster in PALM_ETCD_HOSTS.',
    },
  ];
}

function keySpaceCheck(etcd: Palm, name: string): Check {
  const what = `${name}: key spaces`;
  const why = 'v2 and v3 do not see each other: the wrong one shows no servers, and changes nothing of PALM';
  return {
    what,
    why,
    todo: 'Mend etcd first.',
    look: async (signal) => {
      const holdings = await etcd.keySpaces(signal);
      const other = etcd.api === 'v2' ? 'v3' : 'v2';
      const found = `v2: ${holdings.v2}; v3: ${holdings.v3}; configured is ${etcd.api}`;
      return [judged({ what, found, why }, keySpaceTrouble(holdings[etcd.api], holdings[other], other))];
    },
  };
}

type Holding = Awaited<ReturnType<Palm['keySpaces']>>['v2'];

function keySpaceTrouble(
  ours: Holding,
  others: Holding,
  other: string,
): { tone: 'warning' | 'bad'; todo: string } | null {
  if (ours === 'off')
    return { tone: 'bad', todo: `This etcd does not serve it. Set PALM_ETCD_API to ${other}, or start etcd with it.` };
  if (ours === 'empty' && others === 'holds servers')
    return { tone: 'bad', todo: `The servers are in ${other}: set PALM_ETCD_API to ${other}.` };
  if (ours === 'holds servers' && others === 'holds servers')
    return { tone: 'warning', todo: 'Both hold servers: see which one PALM writes now, and clean up the other.' };
  if (ours === 'unknown')
    return { tone: 'warning', todo: 'It could not be looked at: see whether etcd refuses the bot.' };
  return null;
}

function unitChecks(units: Units, name: string): readonly Check[] {
  if (units.where === null) return [];
  const todo = 'Try it by hand: ssh with the key of PALM_SSH_KEY and the file of PALM_SSH_KNOWN_HOSTS.';
  return [forcedCheck(units, `${name}: forced command of ${units.where}`, todo), unitCheck(units, name, todo)];
}

function forcedCheck(units: Units, what: string, todo: string): Check {
  const why = "whoever gets hold of the bot's key could run anything there";
  const mend =
    'Put command="/usr/local/sbin/palm-units" and restrict before the key in authorized_keys: see deploy/palm-units.';
  return {
    what,
    why,
    todo,
    look: async (signal) => {
      const guarded = await units.guarded(signal);
      if (guarded === 'refuses') return [{ tone: 'ok', what, why, found: 'a foreign command is refused' }];
      if (guarded === 'obeys') return [{ tone: 'bad', what, why, found: 'a foreign command was run', todo: mend }];
      return [{ tone: 'warning', what, why, found: 'something else than deploy/palm-units is forced', todo: mend }];
    },
  };
}

function unitCheck(units: Units, name: string, todo: string): Check {
  const what = `${name}: units`;
  const why = 'a reset restarts them, and servers are seen only while they run';
  return {
    what,
    why,
    todo,
    look: async (signal) => {
      const states = await Promise.all(UNITS.map(async (unit) => ({ unit, ...(await units.state(unit, signal)) })));
      const idle = states.filter(({ activeState }) => activeState !== 'active');
      const found = states.map(({ unit, activeState }) => `${unit}: ${activeState}`).join(', ');
      return [
        judged(
          { what, found, why },
          idle.length === 0
            ? null
            : { tone: 'warning', todo: `See why: /palm logs ${idle[0]?.unit ?? ''}. Then /palm restart.` },
        ),
      ];
    },
  };
}
