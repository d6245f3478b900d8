/** `npm run docs:pictures`: draws every kind of message into docs/pictures, and writes docs/messages.md. */
require('../test/support/typescript.cjs');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { messagesPage } = require('../test/support/gallery/page.ts');
const { paint } = require('../test/support/gallery/paint.ts');

const ROOT = join(__dirname, '..');

paint(ROOT).then(
  (count) => {
    writeFileSync(join(ROOT, 'docs', 'messages.md'), messagesPage());
    console.log(`${count} pictures`);
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
