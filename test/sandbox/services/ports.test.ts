import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePorts } from '../../../sandbox/services/ports';

test('ports asked for together are different, and free', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    await once(server.close(), 'close');
  }
});
