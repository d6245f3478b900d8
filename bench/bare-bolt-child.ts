/** The baseline of the ack measure: Bolt with one command that only acknowledges. Prints its port. */
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';

async function main(signingSecret: string): Promise<void> {
  const receiver = new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR });
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: 'xoxb-bench' }),
    convoStore: false,
    logLevel: LogLevel.ERROR,
  });
  app.command('/ops', async ({ ack }) => ack());
  const server = await receiver.start(0);
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' && address ? address.port : 0 }));
}

void main(process.argv[2] ?? '');
