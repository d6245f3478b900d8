import { setTimeout } from 'node:timers/promises';
import { type Clusters, onCluster, shownCluster } from '../../handlers/clusters';
import type { Request, Waiting } from '../../jobs/request/request';
import type { Admission } from '../../jobs/rules/admission';
import { freezesInSight } from '../../jobs/rules/freeze';
import { isApprover } from '../../jobs/rules/policy';
import type { Rules } from '../../jobs/rules/rules';
import type { OpenedHomes } from '../../jobs/store/opened-homes';
import type { Store } from '../../jobs/store/store';
import type { Links } from '../../jobs/trail/links';
import type { Log } from '../log';
import type { Slack } from '../outbox/slack';
import { drawHome, type HomeModel, type Listed, type SystemState } from './home-view';

/**
 * Everybody's Home tab. Drawn when it is opened, after its person has done something and when what they asked has ended;
 * never on a timer of its own.
 */
export interface Home {
  /** This person looks at it now. */
  opened(user: string): Promise<void>;
  /** This person has done something, or has an answer; only drawn again where it was opened before, by whichever process. */
  acted(user: string): Promise<void>;
}

export interface HomeDeps {
  readonly slack: Pick<Slack, 'publishHome'>;
  readonly store: Store;
  readonly admission: Admission;
  readonly clusters: Clusters;
  readonly rules: Rules;
  readonly links: Links;
  readonly opened: OpenedHomes;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** The tab of one person is drawn at most this often. */
const BETWEEN_MS = 1_000;
/** Requests that are looked through for those of a person, and for the state of systems. */
const LOOKED_AT = 300;
/** How long it is remembered when a tab was drawn. */
const REMEMBERED_MS = 60_000;

export function createHome(deps: HomeDeps): Home {
  const drawnAt = new Map<string, number>();
  const waiting = new Map<string, Promise<void>>();

  /** What happens while one waits for its turn is drawn with it. */
  function draw(user: string): Promise<void> {
    const already = waiting.get(user);
    if (already) return already;
    const drawing = inTurn(user).catch((error: unknown) => deps.log.error({ error, user }, 'home not drawn'));
    waiting.set(user, drawing);
    return drawing;
  }

  async function inTurn(user: string): Promise<void> {
    await setTimeout(Math.max(0, (drawnAt.get(user) ?? -BETWEEN_MS) + BETWEEN_MS - deps.clock()));
    waiting.delete(user);
    drawnAt.set(user, deps.clock());
    const sent = await deps.slack.publishHome(user, drawHome(await modelOf(deps, user)));
    if (sent.kind !== 'ok') deps.log.warn({ user, answer: sent }, 'home not published');
  }

  return {
    opened: async (user) => {
      forget(drawnAt, deps.clock() - REMEMBERED_MS);
      // Without it the tab is still drawn now.
      const kept = deps.opened
        .remember(user)
        .catch((error: unknown) => deps.log.warn({ error, user }, 'home forgotten'));
      await Promise.all([kept, draw(user)]);
    },
    acted: async (user) => {
      if (await deps.opened.has(user).catch(() => false)) await draw(user);
    },
  };
}

function forget(times: Map<string, number>, before: number): void {
  for (const [key, at] of times) if (at < before) times.delete(key);
}

async function modelOf(deps: HomeDeps, user: string): Promise<HomeModel> {
  const { store } = deps;
  const [open, newest] = await Promise.all([store.openIds(), store.newest(LOOKED_AT)]);
  const planned = (await Promise.all(open.map((id) => store.load(id)))).filter(isPlanned);
  const may = await Promise.all(planned.map((request) => mayDecide(deps, request, user)));
  const waiting = planned.filter((_, at) => may[at]).toSorted((a, b) => a.state.expiresAt - b.state.expiresAt);
  const mine = newest.filter(({ requester }) => requester === user);
  return {
    waiting: (await listed(deps, waiting)).map((one) => ({ ...one, ruling: deps.admission.rulingOf(one.request) })),
    mine: await listed(deps, mine),
    systems: systemsOf(deps.clusters, newest, user),
    freezes: freezesInSight(deps.rules, await store.now()),
  };
}

/** No more of them need a link than can be shown. */
const MOST_LINKED = 10;

function listed({ clusters, links }: HomeDeps, requests: readonly Request[]): Promise<readonly Listed[]> {
  return Promise.all(
    requests.map(async (request, at) => ({
      request,
      cluster: shownCluster(clusters, request),
      link: at < MOST_LINKED ? await links.of(request) : null,
    })),
  );
}

type Planned = Request & { readonly state: Waiting };

function isPlanned(request: Request | null): request is Planned {
  return request?.state.kind === 'planned';
}

/** Whoever has approved already has nothing left to decide. */
async function mayDecide({ admission }: HomeDeps, request: Planned, user: string): Promise<boolean> {
  if (request.requester === user || request.state.approvals.some(({ by }) => by === user)) return false;
  return isApprover(user, await admission.standingOf(request)) === 'yes';
}

/** The operation that says how a system is, and whether its name alone is a command. */
const LOOKS: Readonly<Record<string, { readonly operation: string; readonly isWhole: boolean }>> = {
  openio: { operation: 'openio election diagnose', isWhole: false },
  distkv: { operation: 'distkv diagnose', isWhole: true },
  palm: { operation: 'palm servers', isWhole: true },
};

function systemsOf({ all }: Clusters, newest: readonly Request[], user: string): readonly SystemState[] {
  return all.flatMap(({ name, production, catalogue }) =>
    catalogue.systems.flatMap((system): readonly SystemState[] => {
      const look = LOOKS[system];
      if (!look) return [];
      const { operation, isWhole } = look;
      const last = newest.find(
        (request) =>
          request.cluster === name &&
          request.operation === operation &&
          request.state.kind === 'finished' &&
          (!request.isPrivate || request.requester === user),
      );
      const command = all.length > 1 ? onCluster(operation, name) : operation;
      return [{ cluster: { name, production }, system, command, isWhole, last: last ?? null }];
    }),
  );
}
