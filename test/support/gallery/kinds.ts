import type { Part } from '../../../src/handlers/view';
import type { Outcome, StateKind } from '../../../src/jobs/request/request';

/** Every kind of message that people see, in the order of the page. The id names its picture. */
export interface Kind {
  readonly id: string;
  readonly title: string;
  readonly about: string;
}

interface Chapter {
  readonly title: string;
  readonly about: string;
  readonly kinds: readonly Kind[];
}

const kind = (id: string, title: string, about: string): Kind => ({ id, title, about });

export const CHAPTERS: readonly Chapter[] = [
  {
    title: 'A query',
    about: `One message per request. It is posted when there is something to say, and edited when there is more. A new message names its
people by their ids, since Slack would notify everybody whom it mentions; an edit a moment later makes them live.`,
    kinds: [
      kind('queued', 'Being read', 'Only seen when reading takes longer than a quarter of a second.'),
      kind('answered', 'Answered', 'What was found in one line, the details below, what to type next, and who asked.'),
      kind(
        'picture',
        'With a picture and files',
        'Pictures are PNG files with a description. What is too long is a file.',
      ),
      kind('unanswered', 'Could not be answered', 'Why, whether anything may have happened, and what to do.'),
      kind('shared', 'Shared', 'The same result in another channel: who shared it, from where, and a link back.'),
      kind(
        'webhook',
        'Asked by an alert',
        'A signed webhook asks one query in its channel. It can never ask for a change.',
      ),
      kind(
        'changed',
        'Asked again and again',
        '`/ops every`: said only when the answer changed, with what changed first.',
      ),
      kind(
        'private',
        'Private',
        '`--private`: a direct message, which only the one who asked sees and can post later.',
      ),
    ],
  },
  {
    title: 'A change that waits',
    about:
      'Nothing has happened yet. The card says exactly what would, and changes for everybody when somebody decides.',
    kinds: [
      kind('planned', 'Waiting for approval', 'What would happen, what undoes it, who may approve, and until when.'),
      kind(
        'production',
        'On a production cluster',
        'Named first in the title. What cannot be undone needs two others.',
      ),
      kind('held', 'Held', '*Looks wrong to me*: the doubt comes first, and nobody can approve until it is released.'),
      kind('call', 'Called', 'In the thread of a card that came by an edit, since Slack tells nobody of edits.'),
      kind('reminder', 'Reminded', 'Once, when two thirds of the time are over. Only those who are still missing.'),
      kind(
        'denied',
        'Denied',
        'By whom and why, before anything else. The buttons that decide are gone for everybody.',
      ),
      kind('withdrawn', 'Withdrawn', 'Taken back by the one who asked.'),
      kind('expired', 'Expired', 'Nobody decided in time.'),
    ],
  },
  {
    title: 'A change that runs',
    about: 'It runs once, under its locks, after a last look that the target still is what people approved.',
    kinds: [
      kind('approved', 'Approved', 'Enough people have approved; a worker takes it at once.'),
      kind('running', 'Running', 'How far it is, what is under way, and the newest steps.'),
      kind('succeeded', 'Succeeded', 'Read back and confirmed, with the command that undoes it.'),
      kind('partial', 'Partly done', 'What was done and what was not, target by target.'),
      kind('failed', 'Failed', 'Nothing of it is in effect.'),
      kind(
        'uncertain',
        'Uncertain',
        'It may or may not have happened. What is locked, what to look at, and the button that frees it come first.',
      ),
      kind('rechecked', 'A second look', 'Some time after success, added to the result.'),
      kind(
        'stale',
        'Stale',
        'The target changed after the approval: nothing was written, and the difference is shown.',
      ),
      kind('unchanged', 'Nothing to do', 'It is already as it was asked for.'),
      kind('refused', 'Refused', 'It must not be done, or cannot be now, and why.'),
    ],
  },
  {
    title: 'What only you see',
    about: 'Answers that are nobody else’s business: help, slips, and clicks that did not count.',
    kinds: [
      kind('help', 'Help', 'How one command is used.'),
      kind('misspelt', 'Did you mean', 'The nearest commands, as buttons.'),
      kind('misused', 'Not understood', 'What is wrong with the words, and how they are meant.'),
      kind('not-counted', 'A click that did not count', 'Which rule said no.'),
      kind('not-confirmed', 'Not confirmed', 'Redis is away: nothing was run as far as is known.'),
      kind('only-you', 'The answer comes privately', 'What `--private` says in the channel, to the one who asked.'),
    ],
  },
  {
    title: 'Forms',
    about: 'A click that needs more than a click. A form carries the request’s id and reads everything else again.',
    kinds: [
      kind('form-ask', 'Asking by a form', 'A slash command alone, or the shortcut on a message.'),
      kind('form-deny', 'Why it is denied', 'A denial needs a reason.'),
      kind('form-code', 'The second factor', 'A one-time code, where it cannot be undone.'),
      kind('form-share', 'Where to share', 'Any channel that the bot is in.'),
    ],
  },
  {
    title: 'Outside of channels',
    about: 'The same records, drawn for one person.',
    kinds: [
      kind('home', 'Home', 'What waits for you, what you asked, how every system is, and what is frozen.'),
      kind('console', 'The console', 'For the day when Slack is the incident: the same card in a terminal.'),
    ],
  },
];

export const KINDS: readonly Kind[] = CHAPTERS.flatMap(({ kinds }) => kinds);

/** Where each state, outcome and part is to be seen: whoever adds one adds its picture. */
export const SHOWN_IN = {
  states: {
    ...{ queued: 'queued', planned: 'planned', approved: 'approved', running: 'running', finished: 'answered' },
    ...{ denied: 'denied', withdrawn: 'withdrawn', expired: 'expired' },
  } satisfies Record<StateKind, string>,
  outcomes: {
    ...{ answered: 'answered', unchanged: 'unchanged', refused: 'refused', stale: 'stale', succeeded: 'succeeded' },
    ...{ partial: 'partial', failed: 'failed', uncertain: 'uncertain' },
  } satisfies Record<Outcome['kind'], string>,
  parts: {
    ...{ text: 'unanswered', facts: 'help', table: 'answered', raw: 'picture', picture: 'picture', next: 'answered' },
  } satisfies Record<Part['kind'], string>,
} as const;
