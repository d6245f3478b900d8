/**
 * `node --require`d by every program under test: the harness' hand inside it. Watches what leaves for Redis and etcd at
 * the client libraries, so that a process can be killed or frozen at a named point of its work, tells of every write to a
 * record, and shifts the wall clock. The program's own code is not touched.
 */
const { writeSync } = require('node:fs');
const { connect } = require('node:net');
const { createInterface } = require('node:readline');
const { Redis } = require('ioredis');
const { KVClient } = require('etcd3/lib/rpc');
const { watchStarvation } = require('./starvation.cjs');

/** gRPC writes in a later turn of the event loop. */
const LEFT_AFTER_MS = 3;

const control = connect(Number(process.env.FAULTS_CONTROL), '127.0.0.1');
control.on('error', () => {});
control.unref();

/** At once, past the stream: what a process says right before it is struck must still be heard. */
function say(message) {
  const fd = control._handle?.fd ?? -1;
  if (fd < 0) return;
  try {
    writeSync(fd, `${JSON.stringify(message)}\n`);
  } catch {
    // The harness is gone.
  }
}

let armed = [];
let clockBy = 0;
const lines = createInterface({ input: control }).on('error', () => {});
lines.on('line', (line) => {
  const told = JSON.parse(line);
  if (told.arm) armed = told.arm.map((one) => ({ ...one, seen: 0 }));
  if (told.clock !== undefined) clockBy = told.clock;
});
control.once('connect', () => say({ process: Number(process.env.FAULTS_PROCESS) }));

function reach(point, phase, stream) {
  for (const trap of armed) {
    if (trap.point !== point || trap.phase !== phase) continue;
    trap.seen += 1;
    if (trap.seen !== trap.nth) continue;
    say({ fired: trap.id });
    if (trap.signal === 'CUT') loseAnswer(stream);
    else process.kill(process.pid, trap.signal);
  }
}

watchStarvation((ms) => say({ starved: ms }));

/** Long enough for Redis to have done what was asked. */
const DONE_AFTER_MS = 25;

/** Whatever comes back over this connection is not heard, and then it ends. */
function loseAnswer(stream) {
  if (!stream) return;
  stream.pause();
  setTimeout(() => stream.destroy(new Error('the answer was lost')), DONE_AFTER_MS);
}

function reachAll(points, phase, stream) {
  for (const point of points) reach(point, phase, stream);
}

const EVENT = /"event":"([a-z]+)"/g;

/** The moves that a command to Redis carries. */
function movesIn({ args }) {
  if (armed.length === 0) return [];
  return args.flatMap((arg) => (typeof arg === 'string' ? [...arg.matchAll(EVENT)].map(([, event]) => event) : []));
}

const sendCommand = Redis.prototype.sendCommand;
Redis.prototype.sendCommand = function (command, ...rest) {
  const moves = movesIn(command);
  if (moves.length === 0) return sendCommand.call(this, command, ...rest);
  reachAll(moves, 'before');
  const answer = sendCommand.call(this, command, ...rest);
  reachAll(moves, 'sent', this.stream);
  command.promise.then(
    () => reachAll(moves, 'answered'),
    () => {},
  );
  return answer;
};

const SERVER = /^\/servers\/(.+)$/;
const RECEIPT = /^\/palm-bot\/receipts\/([^/]+)\/(.+)$/;

/** What a transaction would do to records and receipts. */
function writesIn(success = []) {
  const puts = success.flatMap((op) => (op.request_put ? [op.request_put] : []));
  const deletes = success.flatMap((op) => (op.request_delete_range ? [op.request_delete_range] : []));
  const receipt = puts.map(({ key }) => RECEIPT.exec(String(key))).find(Boolean);
  const request = receipt ? receipt[1] : null;
  const deleted = deletes.flatMap(({ key }) => target('delete', key, request));
  const put = puts.flatMap(({ key }) => target('put', key, request));
  if (deleted.length + put.length > 0) return [...deleted, ...put];
  return receipt ? [{ what: 'seal', target: null, request }] : [];
}

function target(what, key, request) {
  const found = SERVER.exec(String(key));
  return found ? [{ what, target: found[1], request }] : [];
}

function watch(method, writesOf) {
  const original = KVClient.prototype[method];
  KVClient.prototype[method] = function (request, ...rest) {
    const writes = writesOf(request);
    for (const write of writes) {
      if (write.target !== null) say({ attempt: write });
      reach(write.what, 'before');
    }
    const answer = original.call(this, request, ...rest);
    if (writes.length === 0) return answer;
    const whats = writes.map(({ what }) => what);
    setTimeout(() => reachAll(whats, 'sent'), LEFT_AFTER_MS);
    return answer.then((value) => {
      reachAll(whats, 'answered');
      return value;
    });
  };
}
watch('txn', ({ success }) => writesIn(success));
watch('deleteRange', ({ key }) => target('delete', key, null));
watch('put', ({ key }) => target('put', key, null));

const RealDate = Date;
const SkewedDate = function (...given) {
  if (!new.target) return new RealDate(RealDate.now() + clockBy).toString();
  return given.length === 0 ? new RealDate(RealDate.now() + clockBy) : new RealDate(...given);
};
SkewedDate.prototype = RealDate.prototype;
SkewedDate.now = () => RealDate.now() + clockBy;
SkewedDate.parse = RealDate.parse;
SkewedDate.UTC = RealDate.UTC;
globalThis.Date = SkewedDate;
