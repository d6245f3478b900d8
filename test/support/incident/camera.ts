import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { withPalette } from '../gallery/palette';
import type { StepId } from './story';

export const WIDTH = 1_140;
/** So that channels and people on the left are seen whole. */
const LEAST_HEIGHT = 560;
const MARGIN = 12;

export interface Camera {
  /** What is looked at is seen whole; what stands above it only as far as there is room. */
  take(id: StepId, looked: Locator): Promise<void>;
  /** Writes the pictures. Not while the story is played: making them small keeps the pretend Slack from answering in time. */
  develop(): void;
}

/** Takes the pictures of docs/incident, where the command asks for them. */
export function createCamera(page: Page, folder: string): Camera {
  const taken = new Map<StepId, Buffer>();
  return {
    take: async (id, looked) => {
      await page.mouse.move(0, 0);
      await fitTo(page, looked);
      await page.evaluate('Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))');
      taken.set(id, await page.screenshot());
    },
    develop: () => {
      mkdirSync(folder, { recursive: true });
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      for (const [id, picture] of taken) writeFileSync(join(folder, `${id}.png`), withPalette(picture));
    },
  };
}

/** For the test alone, which writes nothing. */
export const NO_CAMERA: Camera = { take: () => Promise.resolve(), develop: () => undefined };

/** Makes the window as high as what is looked at, and scrolls to its end. */
async function fitTo(page: Page, looked: Locator): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height: LEAST_HEIGHT });
  const boxes = await looked.evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().toJSON()));
  const height = Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top));
  const around: number = await page.evaluate(
    "innerHeight - (document.querySelector('#messages:not([hidden]), #home:not([hidden])')?.clientHeight ?? 0)",
  );
  await page.setViewportSize({ width: WIDTH, height: Math.max(LEAST_HEIGHT, Math.ceil(height + around + MARGIN)) });
  await looked.last().evaluate((node) => node.scrollIntoView({ block: 'end' }));
}
