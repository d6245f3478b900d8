const { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');
const { StepFailed } = require('./step.cjs');

const LOOK_AGAIN_MS = 100;
const WAIT_AT_MOST_MS = 15 * 60_000;

/**
 * Runs `work` while nobody else in this folder runs theirs. The lock is a directory that appears by one rename, with its
 * owner's process id in it. The lock of a dead owner is renamed to a name that only one of those who wait can take.
 */
async function holding(folder, work) {
  const lock = join(folder, 'lock');
  await take(lock);
  try {
    return await work();
  } finally {
    rename(lock, `${lock}-done-${process.pid}`);
    sweep(folder);
  }
}

async function take(lock) {
  const mine = `${lock}-wanted-${process.pid}`;
  mkdirSync(mine, { recursive: true });
  writeFileSync(join(mine, 'owner'), String(process.pid));
  const deadline = performance.now() + WAIT_AT_MOST_MS;
  while (!rename(mine, lock)) {
    const owner = ownerOf(lock);
    if (owner !== null && !isAlive(owner) && rename(lock, `${lock}-dead-${owner}`)) continue;
    if (performance.now() > deadline)
      throw new StepFailed(`process ${owner} holds ${lock}; if it does not, remove that`);
    await wait(LOOK_AGAIN_MS);
  }
}

/** Not onto a directory that holds something. */
function rename(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function ownerOf(lock) {
  try {
    return Number(readFileSync(join(lock, 'owner'), 'utf8'));
  } catch {
    return null; // given back meanwhile
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** What the done and the dead have left. */
function sweep(folder) {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^lock-\w+-(\d+)$/.exec(name) ?? [];
    if (pid && (Number(pid) === process.pid || !isAlive(Number(pid))))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

module.exports = { holding };
