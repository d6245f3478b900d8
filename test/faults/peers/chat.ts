import { App, type BlockAction, type ButtonAction, HTTPReceiver } from '@slack/bolt';
import { Etcd3 } from 'etcd3';

/** What both peers are made of: Bolt over HTTP, etcd3 with its defaults, and a message with buttons. */
export interface Chat {
  readonly app: App;
  readonly etcd: Etcd3;
  listen(): Promise<void>;
}

export interface Pending {
  readonly id: string;
  readonly uuid: string;
  readonly requester: string;
  readonly channel: string;
}

export function createChat(): Chat {
  const {
    SLACK_BOT_TOKEN: token = '',
    SLACK_SIGNING_SECRET: signingSecret = '',
    SLACK_API_URL: slackApiUrl = '',
  } = process.env;
  const receiver = new HTTPReceiver({ signingSecret });
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: token }),
    convoStore: false,
    clientOptions: { slackApiUrl },
  });
  const etcd = new Etcd3({ hosts: process.env.PALM_ETCD_HOSTS ?? '' });
  // A supervisor would start it again; so does the harness.
  process.on('unhandledRejection', (error) => console.error(error));
  return {
    app,
    etcd,
    listen: async () => {
      const server = await app.start(0);
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      console.log(JSON.stringify({ msg: 'ready', port }));
    },
  };
}

export function newId(): string {
  return `R${Math.random().toString(36).slice(2, 10).toUpperCase().padEnd(8, '0')}`;
}

/** Who asked, and the name of the request: the last line, as the harness reads it. */
export function footer({ id, uuid, requester }: Pending): string {
  return `Asked by <@${requester}>. Request ${id}\n/palm purge ${uuid}`;
}

export function question(
  pending: Pending,
  text: string,
  buttons: readonly (readonly [action: string, label: string])[],
) {
  const said = `${text}\nNothing has been changed yet.\n${footer(pending)}`;
  return {
    text: said,
    blocks: [
      { type: 'section' as const, text: { type: 'mrkdwn' as const, text: said } },
      {
        type: 'actions' as const,
        elements: buttons.map(([action_id, label]) => ({
          ...{
            type: 'button' as const,
            action_id,
            value: pending.id,
            text: { type: 'plain_text' as const, text: label },
          },
        })),
      },
    ],
  };
}

export function clickOf(body: BlockAction, action: ButtonAction) {
  return { id: action.value ?? '', user: body.user.id, channel: body.channel?.id ?? '', ts: body.message?.ts ?? '' };
}
