import { z } from 'zod';
import type { Factors } from '../factors';
import { type Change, defineChange, type Parsed, type Words } from '../operation';
import { noPerson, personField, personIn } from './person';

const plan = z.strictObject({ user: z.string(), enrolment: z.string() });
type Plan = z.infer<typeof plan>;

/** For somebody whose app is gone: others take the old one away, then that person enrols anew. */
export function opsSecondFactorReset(factors: Factors): Change {
  return defineChange<string, Plan>({
    name: 'ops second-factor reset',
    usage: 'PERSON',
    summary: "Takes a person's second factor away, so that they can enrol anew.",
    examples: ['ops second-factor reset U012AB3CD'],
    form: [personField('Person')],
    schema: plan,
    parse,
    // Whoever resets and enrols in somebody's place approves in their place.
    danger: () => 'irreversible',
    plan: async (user) => {
      if (!factors.on) return { kind: 'refused', why: 'There is no second factor here: SECOND_FACTOR_KEY is not set.' };
      const enrolment = await factors.enrolment(user);
      if (!enrolment)
        return { kind: 'unchanged', why: [{ user }, ' has no second factor. They can enrol at any time.'] };
      return { kind: 'plan', plan: { user, enrolment: enrolment.id } };
    },
    targets: ({ user }) => [{ key: keyOf(user), label: `second factor of ${user}` }],
    undo: () => 'That person enrols anew; their old codes never count again.',
    preview: ({ user, enrolment }) => ({
      title: 'Reset a second factor',
      tone: 'warning',
      parts: [
        {
          kind: 'text',
          text: [
            'The one-time codes of ',
            { user },
            ' do not count any more, and whoever acts as them in Slack can enrol anew. Speak with them before you approve.',
          ],
        },
        { kind: 'facts', facts: [['Enrolment', enrolment]] },
      ],
    }),
    execute: async function* ({ user, enrolment }) {
      const gone = await factors.reset(user, enrolment);
      yield {
        target: keyOf(user),
        status: gone ? 'done' : 'skipped',
        text: gone ? 'reset' : 'it was reset or replaced meanwhile',
      };
    },
    verify: async ({ user, enrolment }) => {
      const now = await factors.enrolment(user);
      const gone = now?.id !== enrolment;
      const text = gone ? 'that second factor is gone' : 'that second factor is still there';
      return [{ target: keyOf(user), verdict: gone ? 'confirmed' : 'contradicted', text }];
    },
    render: ({ user }, _steps, findings) => {
      const gone = findings.every(({ verdict }) => verdict === 'confirmed');
      return {
        title: gone ? 'The second factor is reset' : 'The second factor is not reset',
        tone: gone ? 'good' : 'bad',
        parts: [
          {
            kind: 'text',
            text: gone
              ? [{ user }, ' can enrol anew with /ops second-factor enroll.']
              : 'It is still there. Ask again.',
          },
        ],
      };
    },
  });
}

function parse(words: Words): Parsed<string> {
  const [typed, ...rest] = words;
  if (typed === undefined || rest.length > 0)
    return { ok: false, problem: 'one person is needed: ops second-factor reset PERSON' };
  const user = personIn(typed);
  return user === null ? { ok: false, problem: noPerson(typed) } : { ok: true, args: user };
}

function keyOf(user: string): string {
  return `ops/second-factor/${user}`;
}
