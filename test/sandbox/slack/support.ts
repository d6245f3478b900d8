/** A small manifest and tiny Bolt apps to try the workspace with. */
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { WorkspaceOptions } from '../../../sandbox/slack/types';
import { createWorkspace, type Workspace } from '../../../sandbox/slack/workspace';

export const MANIFEST = {
  display_information: { name: 'Tiny', description: 'A tiny app for tests' },
  features: {
    app_home: { home_tab_enabled: true },
    bot_user: { display_name: 'tiny' },
    slash_commands: [
      { command: '/palm', description: 'Server records', usage_hint: 'servers | show UUID', should_escape: false },
      { command: '/who', description: 'Says who is meant', usage_hint: '@somebody', should_escape: true },
    ],
    shortcuts: [
      { name: 'Explain this', type: 'message', callback_id: 'explain', description: 'Says what a message means' },
    ],
  },
  oauth_config: {
    scopes: {
      bot: ['commands', 'chat:write', 'files:write', 'files:read', 'users:read', 'usergroups:read', 'channels:read'],
    },
  },
  settings: {
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
    event_subscriptions: { bot_events: ['app_home_opened'] },
  },
};

const opened: (() => Promise<unknown>)[] = [];

/** Closes, newest first, everything that was opened through this file. */
export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}

export async function openWorkspace(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const workspace = await createWorkspace({ manifest: MANIFEST, ...options });
  opened.push(() => workspace.close());
  return workspace;
}

export type Mode = 'http' | 'socket';

/** Starts an app and connects it. Its own queue neither retries nor waits when it is rate limited. */
export async function startApp(workspace: Workspace, mode: Mode, set: (app: App) => void): Promise<App> {
  const clientOptions = { slackApiUrl: workspace.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
  const logLevel = LogLevel.ERROR;
  const receiver =
    mode === 'http'
      ? new HTTPReceiver({ signingSecret: workspace.signingSecret, logLevel })
      : new SocketModeReceiver({
          appToken: workspace.appToken,
          clientPingTimeout: 2_000,
          logLevel,
          installerOptions: { clientOptions: { slackApiUrl: workspace.apiUrl } },
        });
  const token = workspace.botToken;
  const app = new App({ token, receiver, convoStore: false, logLevel, clientOptions, deferInitialization: true });
  await app.init();
  set(app);
  if (receiver instanceof HTTPReceiver) {
    const server = await receiver.start({ port: 0, host: '127.0.0.1' });
    const address = server.address();
    if (typeof address !== 'object' || !address) throw new Error('the app does not listen');
    workspace.connect({ mode: 'http', requestUrl: `http://127.0.0.1:${address.port}/slack/events` });
  } else {
    await app.start();
  }
  let stopped = false;
  const stop = app.stop.bind(app);
  app.stop = async () => {
    if (stopped) return;
    stopped = true;
    await stop();
  };
  opened.push(() => app.stop());
  return app;
}

export const plain = (text: string) => ({ type: 'plain_text' as const, text });
