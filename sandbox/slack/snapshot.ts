/** Everything that the page shows to one person, in one answer. */
import type { Person } from '../world';
import { shownHome, shownMessage, shownView } from './seen';
import type { Store } from './store';
import type { Workspace } from './workspace';

const MOST_MESSAGES = 400;
const MOST_CALLS = 80;

export function snapshot(workspace: Workspace, store: Store, me: Person) {
  const visible = store.messages().filter((one) => one.audience === undefined || one.audience === me.id);
  const view = workspace.openView(me.id);
  const home = workspace.homeTab(me.id);
  const { features, display_information } = workspace.manifest;
  return {
    me: me.id,
    people: store.people,
    app: { name: store.botName, description: display_information.description ?? '', ...workspace.link() },
    channels: store.channels().filter((one) => one.kind === 'channel' || one.id === `D${me.id.slice(1)}`),
    commands: features.slash_commands ?? [],
    shortcuts: features.shortcuts ?? [],
    homeTab: features.app_home?.home_tab_enabled ?? false,
    messages: visible.slice(-MOST_MESSAGES).map((one) => shownMessage(store, one)),
    view: view ? shownView(store, view) : null,
    home: home ? shownHome(store, home) : null,
    world: workspace.world(),
    scenarios: workspace.scenarios,
    calls: workspace.calls.slice(-MOST_CALLS),
  };
}
