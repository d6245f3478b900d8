import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';

/** Slack shows no SVG. Twice the size, so that small letters stay readable on a phone. */
const SCALE = 2;

const FONTS = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');

/** The fonts come with the bot: a server has none. Throws when the text is not SVG. */
export function toPng(svg: string): Buffer {
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    background: 'white',
    font: {
      loadSystemFonts: false,
      fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSansMono.ttf'].map((name) => join(FONTS, name)),
      defaultFontFamily: 'DejaVu Sans',
    },
  });
  return picture.render().asPng();
}
