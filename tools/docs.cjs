/** `npm run docs`: writes docs/commands.md from the catalogue. */
require('../test/support/typescript.cjs');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { catalogueOf } = require('../src/handlers/index.ts');
const { commandsPage } = require('../test/support/commands-page.ts');
const { everySystem } = require('../test/support/systems.ts');

const systems = everySystem();
writeFileSync(join(__dirname, '..', 'docs', 'commands.md'), commandsPage(catalogueOf(systems)));
void systems.close();
