import { connect } from 'node:net';
import { type Server, startServer } from './server';

interface RedisOptions {
  /** Added last, so they win: `['--appendonly', 'no']` makes a Redis that forgets. */
  readonly args?: readonly string[];
}

/** A Redis that keeps every confirmed write, as the bot demands it. */
export function startRedis(options: RedisOptions = {}): Promise<Server> {
  return startServer({
    program: 'redis-server',
    scheme: 'redis',
    ports: 1,
    args: ({ directory, ports: [port] }) => [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'],
      ...(options.args ?? []),
    ],
    ready: answersPing,
  });
}

/** Not yet while it still loads its data. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const settle = (pong: boolean) => {
      socket.destroy();
      resolve(pong);
    };
    socket.once('data', (answer) => settle(answer.toString().startsWith('+PONG')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
