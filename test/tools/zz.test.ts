import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
test('leaks server', async () => { createServer().listen(0); await new Promise(r => setTimeout(r, 20)); });
test('leaks timer', () => { setInterval(() => {}, 100000); });
test('leaks child', () => { spawn('sleep', ['20'], {stdio:'ignore'}); });
