import type { Distkv } from '../../backends/distkv/distkv';
import type { Section, State } from '../../backends/distkv/state';
import { BackendFailure } from '../../backends/failure';

/** What one server said, or why it said nothing. */
export type Answer =
  | { readonly kind: 'answered'; readonly server: string; readonly state: State }
  | { readonly kind: 'silent'; readonly server: string; readonly why: string };

/** Asks the servers at the same time. A server that fails is an answer too: in an outage it is the interesting one. */
export function askServers(
  distkv: Distkv,
  asking: { readonly servers: readonly string[]; readonly sections: readonly Section[]; readonly signal: AbortSignal },
): Promise<readonly Answer[]> {
  return Promise.all(asking.servers.map((server) => askServer(distkv, server, asking)));
}

async function askServer(
  distkv: Distkv,
  server: string,
  { sections, signal }: { readonly sections: readonly Section[]; readonly signal: AbortSignal },
): Promise<Answer> {
  try {
    return { kind: 'answered', server, state: await distkv.state(server, sections, signal) };
  } catch (error) {
    if (error instanceof BackendFailure) return { kind: 'silent', server, why: whyOf(error, server) };
    throw error;
  }
}

/** The failure without the part that names the server, for tables that name it already. */
export function whyOf(failure: BackendFailure, server: string): string {
  const at = failure.message.indexOf(`${server}: `);
  return at === -1 ? failure.message : failure.message.slice(at + server.length + 2);
}

export function statesOf(answers: readonly Answer[]): readonly State[] {
  return answers.flatMap((answer) => (answer.kind === 'answered' ? [answer.state] : []));
}

export function silentOf(answers: readonly Answer[]): readonly string[] {
  return answers.flatMap((answer) => (answer.kind === 'silent' ? [answer.server] : []));
}

export type Chosen =
  | { readonly ok: true; readonly server: string | null }
  | { readonly ok: false; readonly problem: string };

/** The configured server that `--server` means: `host:port`, or the host alone where that is enough. Null: none named. */
export function chooseServer(distkv: Distkv, named: string | undefined): Chosen {
  if (named === undefined) return { ok: true, server: null };
  const matching = distkv.servers.filter((server) => server === named || server.replace(/:\d+$/, '') === named);
  const [server] = matching;
  if (server !== undefined && matching.length === 1) return { ok: true, server };
  const problem = matching.length > 1 ? 'there are several of that name' : 'there is no such server';
  return { ok: false, problem: `--server: ${problem}; configured: ${distkv.servers.join(', ')}` };
}
