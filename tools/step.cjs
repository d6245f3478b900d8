const { spawn } = require('node:child_process');
const { once } = require('node:events');

/** Its message is all there is to say. */
class StepFailed extends Error {}

/** Says what begins; the returned function adds how long it took. On standard error: standard output is the command's. */
function begin(title) {
  const began = performance.now();
  process.stderr.write(`${title} … `);
  return (word = '') => process.stderr.write(`${word}${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}

/** Runs a program whose output matters only when it fails. Signals meant for us end it too. */
async function runQuietly(title, file, args) {
  const end = begin(title);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => output.push(piece));
  const pass = (signal) => child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  try {
    const [code, signal] = await once(child, 'close');
    end(code === 0 ? '' : 'failed after ');
    if (code !== 0) throw new StepFailed(`${Buffer.concat(output)}\n${title}: ${signal ?? `code ${code}`}`.trim());
  } catch (error) {
    throw error instanceof StepFailed ? error : new StepFailed(`${title}: ${error.message}`);
  } finally {
    process.off('SIGINT', pass).off('SIGTERM', pass);
  }
}

module.exports = { begin, runQuietly, StepFailed };
