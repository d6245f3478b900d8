import { get } from 'node:http';
import { join } from 'node:path';
import { type Server, startServer } from './server';

interface EtcdOptions {
  /** Whether the v2 key space is served beside v3. On unless said otherwise, as PALM's servers have it. */
  readonly v2?: boolean;
  readonly args?: readonly string[];
}

/** A single etcd. It elects itself in a fraction of a second: with no peers, short election times cannot hurt. */
export function startEtcd(options: EtcdOptions = {}): Promise<Server> {
  return startServer({
    program: 'etcd',
    scheme: 'http',
    ports: 2,
    args: ({ directory, ports: [port, peerPort] }) => {
      const client = `http://127.0.0.1:${port}`;
      const peer = `http://127.0.0.1:${peerPort}`;
      return [
        ...['--name', 'sandbox', '--data-dir', join(directory, 'data'), '--log-level', 'error', '--logger', 'zap'],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `sandbox=${peer}`],
        ...['--heartbeat-interval', '10', '--election-timeout', '50', `--enable-v2=${options.v2 ?? true}`],
        ...(options.args ?? []),
      ];
    },
    ready: isHealthy,
  });
}

function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/health', agent: false }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        body += text;
      });
      answer.on('close', () => resolve(/"health":\s*"true"/.test(body)));
    });
    request.on('error', () => resolve(false));
  });
}
