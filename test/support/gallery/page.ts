import { CHAPTERS, type Kind } from './kinds';

/** docs/messages.md. Written together with its pictures by `npm run docs:pictures`; a test compares. */
export function messagesPage(): string {
  return [...INTRODUCTION, ...CHAPTERS.flatMap(chapter), ''].join('\n');
}

const INTRODUCTION = [
  '# Messages',
  '',
  'Every kind of message that people see, drawn by the pretend Slack of the demo from the bot’s own records. This page and its',
  'pictures are made by `npm run docs:pictures`, which needs Chromium.',
  '',
  'What holds for all of them:',
  '',
  '- What happened stands in one line first; details follow; who asked, who approved and how long it took stand at the end.',
  '- Nothing is cut silently. What does not fit is a file in the thread, and the message says so. *Raw* gives the whole result',
  '  as data (JSON), below the message that it was asked at.',
  '- Text from outside is shown as it is and never becomes a mention or a link, not even one that Slack would make by itself.',
  '  Characters that cannot be seen, such as those that turn the direction of reading, are shown as `\ufffd`; the raw data has',
  '  them as they were.',
  '- In CSV files a cell that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@` or a tab) has an',
  '  apostrophe before it, unless it is a signed number. The raw data has the exact cells.',
  '- A result can be shared in ten other channels, once in each. It is drawn there from the same record, with its files; where',
  '  Slack does not let the bot post, the first message says so. Who shared what with whom is in the audit trail.',
  '- A message is posted at most once a second per channel and edited at most once a second, whatever happens meanwhile. Should',
  '  the bot be killed between posting and remembering, the message is posted again; the left-over one loses its buttons as',
  '  soon as somebody presses one.',
];

function chapter({ title, about, kinds }: (typeof CHAPTERS)[number]): readonly string[] {
  return ['', `## ${title}`, '', about, ...kinds.flatMap(section)];
}

function section({ id, title, about }: Kind): readonly string[] {
  return ['', `### ${title}`, '', about, '', `![${title}](pictures/${id}.png)`];
}
