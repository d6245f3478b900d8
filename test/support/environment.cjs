const { TestEnvironment } = require('jest-environment-node');

// Node opens these when they are first used: the first test that prints must not look like a leak.
void process.stdout;
void process.stderr;

const SETTLED_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 10;

/** What Node calls the things that keep a process alive, in our words. */
const WORDS = {
  ProcessWrap: 'child process',
  PipeWrap: 'pipe',
  TCPServerWrap: 'server',
  TCPSocketWrap: 'connection',
  TLSWrap: 'connection with TLS',
  Timeout: 'timer',
};

/** Where tests run: a file that leaves something open fails, whatever its tests said. */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.openBefore = openNow();
  }

  async teardown() {
    await super.teardown();
    const left = await stillOpen(this.openBefore);
    if (left.length > 0) throw new Error(`left open by this file: ${left.join(', ')}`);
  }
};

/** How many there are of each kind that we know. */
function openNow() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) {
    if (Object.hasOwn(WORDS, kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What was closed may need a moment to be gone. */
async function stillOpen(before) {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  while (true) {
    const left = more(before, openNow());
    if (left.length === 0 || performance.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function more(before, now) {
  return [...now].flatMap(([kind, count]) => {
    const added = count - (before.get(kind) ?? 0);
    return added > 0 ? [`${added} ${WORDS[kind]}`] : [];
  });
}
