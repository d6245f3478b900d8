import { defineQuery, type Query } from '../operation';
import { nothing } from './nothing';

/** Typed in Slack it opens a form and never comes here: a secret must not take a road that is stored and shown. */
export function opsSecondFactorEnroll(): Query {
  return defineQuery<null, null>({
    name: 'ops second-factor enroll',
    usage: '',
    summary: 'Opens a form, for you alone, that adds your authenticator app.',
    examples: ['ops second-factor enroll'],
    parse: (words) => nothing(words, 'ops second-factor enroll'),
    read: async () => null,
    render: () => ({
      title: 'Type it yourself',
      tone: 'neutral',
      parts: [
        {
          kind: 'text',
          text: 'Type /ops second-factor enroll in Slack: the form opens for you alone. Nothing was done.',
        },
      ],
    }),
  });
}
