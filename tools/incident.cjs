/** `npm run docs:incident`: plays the incident in Chromium, takes its pictures into docs/incident, and writes docs/incident.md. */
require('../test/support/typescript.cjs');
const { spawnSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { findBrowser } = require('../test/support/browser.ts');
const { incidentPage } = require('../test/support/incident/page.ts');

const ROOT = join(__dirname, '..');

function main() {
  if (findBrowser() === null) {
    console.error('the pictures need Chromium (apt install chromium)');
    return 1;
  }
  const play = [join(__dirname, 'run.cjs'), 'test', 'test/integration/incident.test.ts'];
  const env = { ...process.env, INCIDENT_PICTURES: 'yes' };
  const { status } = spawnSync(process.execPath, play, { cwd: ROOT, env, stdio: 'inherit' });
  if (status === 0) writeFileSync(join(ROOT, 'docs', 'incident.md'), incidentPage());
  return status ?? 1;
}

process.exitCode = main();
