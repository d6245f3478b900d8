const { readFileSync } = require('node:fs');

const LOOK_EVERY_MS = 100;
/** Of the time: ready to run, and not let. */
const STARVED_SHARE = 0.25;
const FROZEN_MS = 300;

/**
 * A machine that is too busy is not the program's fault; a loop that the program itself keeps busy is. Linux says how long
 * a thread waited for a processor; elsewhere, a gap in which nothing was computed is one. Returns how to stop.
 */
function watchStarvation(starved) {
  let looked = performance.now();
  let waited = waitedMs();
  let used = process.cpuUsage();
  const timer = setInterval(() => {
    const gap = performance.now() - looked;
    const { user, system } = process.cpuUsage(used);
    const isIdle = gap > FROZEN_MS && (user + system) / 1_000 < gap / 2;
    if (isIdle || waitedMs() - waited > gap * STARVED_SHARE) starved(Math.round(gap));
    looked = performance.now();
    waited = waitedMs();
    used = process.cpuUsage();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function waitedMs() {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

module.exports = { watchStarvation };
