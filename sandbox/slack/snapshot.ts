/** Everything that the page shows to one person, in one answer. */
import type { Person } from '../world';
import { shownMessage, shownView } from './seen';
import type { Store } from './store';
import type { Workspace } from './workspace';

const MOST_MESSAGES = 400;
const MOST_CALLS = 80;

export function snapshot(workspace: Workspace, store: Store, me: Person) {
  const visible = store.messages().filter((one) => one.audience === undefined || one.audience === me.id);
  const view = workspace.openView(me.id);
  const { features, display_information } = workspace.manifest;
  return {
    me: me.id,
    people: store.people,
    app: { name: store.botName, description: display_information.description ?? '', ...workspace.link() },
    channels: store.channels().filter((one) => one.kind === 'channel' || one.id === `D${me.id.slice(1)}`),
    commands: features.slash_commands ?? [],
    shortcuts: features.shortcuts ?? [],
    messages: visible.slice(-MOST_MESSAGES).map((one) => shownMessage(store, one)),
    view: view ? shownView(store, view) : null,
    world: workspace.world(),
    scenarios: workspace.scenarios,
    calls: workspace.calls.slice(-MOST_CALLS),
  };
}
