import { STORY } from './story';

/** docs/incident.md. Written together with its pictures by `npm run docs:incident`; a test compares. */
export function incidentPage(): string {
  return [...INTRODUCTION, ...STORY.flatMap(({ id, told }) => ['', told, '', `![${id}](incident/${id}.png)`]), ''].join(
    '\n',
  );
}

const INTRODUCTION = [
  '# One incident, from the first question to the post-mortem',
  '',
  'Three people in a channel and a storage container with a damaged copy. The pictures are the page of `npm run demo`, with the',
  'real bot behind it; on the left stands who is acting. `npm run docs:incident` makes this page and its pictures by playing',
  'the incident in Chromium, and a test plays it the same way.',
];
