import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { movePicture } from '../../../../src/handlers/openio/base/picture';
import { planned } from '../support';
import { type Moving, movingRig } from './rig';

let world: Moving;

beforeEach(async () => {
  world = await movingRig('2026.14.2');
});
afterEach(() => world.close());

test('the picture shows each service before and after, and becomes a PNG', async () => {
  const proposal = await planned(world.move, world.words());
  const part = proposal.preview.parts.find(({ kind }) => kind === 'picture');
  if (part?.kind !== 'picture') throw new Error('no picture');
  for (const host of [world.from, world.to, ...world.staying]) {
    expect(part.svg.split(`>${host}</text>`)).toHaveLength(3);
  }
  for (const words of ['MASTER, leaves', 'no peer, old copy kept', 'new peer', 'srv2.vol3']) {
    expect(part.svg).toContain(`>${words}</text>`);
  }
  const folder = join(__dirname, '../../../../node_modules/dejavu-fonts-ttf/ttf');
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(folder, file));
  const drawn = new Resvg(part.svg, { font: { fontFiles, loadSystemFonts: false } }).render();
  expect([drawn.width, drawn.height]).toEqual([1200, 420]);
});

test('names and locations are text, whatever they hold', async () => {
  const { plan } = await planned(world.move, world.words());
  const moves = plan !== null && typeof plan === 'object' && 'moves' in plan ? plan.moves : [];
  const [move] = JSON.parse(JSON.stringify(moves));
  for (const host of move.hosts) host.location = '<script>&"';
  const svg = movePicture('a <b> & "c"', move);
  expect(svg).not.toContain('<script>');
  expect(svg).not.toContain('<b>');
  expect(svg).toContain('a &#60;b&#62; &#38; &#34;c&#34;');
});
