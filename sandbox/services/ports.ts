import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Different loopback ports that nobody listens on now. Somebody may take one before you do: be ready to ask again. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, openPort));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(async (server) => once(server.close(), 'close')));
  return ports;
}

async function openPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
