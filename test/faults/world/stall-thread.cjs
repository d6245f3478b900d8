/**
 * A thread that asks Redis and etcd for a small write, time and again, each over a connection of its own, and tells how long
 * one took that took long: a disk that stands still shows in no process. A thread, because the harness is busy itself.
 */
const { request } = require('node:http');
const { connect } = require('node:net');
const { setTimeout: wait } = require('node:timers/promises');
const { parentPort, workerData } = require('node:worker_threads');

const ASK_EVERY_MS = 150;
const LONG_MS = 250;

async function watch(server, write) {
  for (;;) {
    const begun = performance.now();
    await new Promise(write);
    const ms = Math.round(performance.now() - begun);
    if (ms > LONG_MS) parentPort.postMessage({ server, ms });
    await wait(ASK_EVERY_MS);
  }
}

function writeToRedis(done) {
  const { hostname, port } = new URL(workerData.redis);
  const socket = connect(Number(port), hostname, () => socket.write('SET harness:stalls 1\r\n'));
  socket.once('data', () => socket.destroy());
  socket.once('error', () => socket.destroy());
  socket.once('close', done);
}

const PUT = JSON.stringify({ key: Buffer.from('harness-stalls').toString('base64'), value: '' });

function writeToEtcd(done) {
  const put = request(`${workerData.etcd}/v3/kv/put`, { method: 'POST', agent: false }, (answer) => {
    answer.resume().once('close', done);
  });
  put.once('error', done).end(PUT);
}

void watch('redis', writeToRedis);
void watch('etcd', writeToEtcd);
