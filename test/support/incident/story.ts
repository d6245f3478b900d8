/** One step of the incident: a picture, and the one sentence that is said of it. */
export interface StoryStep {
  /** Also the name of its picture. */
  readonly id: string;
  readonly told: string;
}

/** The incident of docs/incident.md, in order. A test plays it in the page; each step has to be seen there. */
export const STORY = [
  {
    id: '01-diagnose',
    told: '**Ana** is on call. Reading container FVE0 fails now and then, so she lets the bot diagnose it: one of three copies has lost rows.',
  },
  {
    id: '02-check',
    told: 'She compares the copies row by row: two agree, one lacks what a read needs. The bot offers a repair, *Sync*, as a button.',
  },
  {
    id: '03-preview',
    told: 'Ana presses *Sync*. Nothing is changed yet: the bot shows what would be overwritten, says that it cannot be undone, and names **Ben** and **Cho**, who may approve. Ana herself may not.',
  },
  {
    id: '04-doubt',
    told: 'Ben is not sure that the right copy survives. He presses *Looks wrong to me* and says why.',
  },
  {
    id: '05-held',
    told: 'Everybody sees his doubt, and *Approve* is gone: nobody can go on until it is settled. Ana answers him in the thread.',
  },
  {
    id: '06-one-of-two',
    told: 'Ben is convinced. He releases the request and approves it; one more approval is needed.',
  },
  {
    id: '07-repaired',
    told: '**Cho** approves as well, and the sync runs at once, one time. The bot reads all copies again before it says that they agree.',
  },
  {
    id: '08-well',
    told: 'Ana asks her first question again: nothing is wrong any more.',
  },
  {
    id: '09-shared',
    told: 'She shares the result in #storage-ops, where it stands with her name and a link back to the incident.',
  },
  {
    id: '10-home',
    told: 'Ben looks at his Home tab: nothing waits for his decision any more, and the last diagnosis of OpenIO is good.',
  },
  {
    id: '11-audit',
    told: 'Cho has the audit trail checked: every move is in it, and nobody has altered it.',
  },
  {
    id: '12-timeline',
    told: 'Ana exports the timeline for the post-mortem: every move in order, here the two approvals and how it ended.',
  },
] as const satisfies readonly StoryStep[];

export type StepId = (typeof STORY)[number]['id'];
