/**
 * What Slack refuses for good, in our words: why, and what to do. These are about one message or one place. Anything else
 * (a token that is refused for a minute, a limit, a name we do not know) may be taken later, so it is tried again. Pure.
 */
const FINAL: ReadonlyMap<string, string> = new Map([
  ['not_in_channel', 'I am not in that channel. Invite me there.'],
  ['channel_not_found', 'there is no such channel, or it is private and I am not in it. Invite me there.'],
  ['is_archived', 'that channel is archived. Choose another one.'],
  ['posting_to_general_channel_denied', 'only some people may post in that channel. Ask its owners.'],
  ['thread_not_found', 'that thread is not there any more. Ask in the channel.'],
  ['thread_locked', 'that thread is closed. Ask in the channel.'],
  ['message_not_found', 'that message is not there any more.'],
  ['cant_update_message', 'that message cannot be changed any more.'],
  ['edit_window_closed', 'that message cannot be changed any more.'],
  ['channel_type_not_supported', 'nobody can post in a channel of that kind. Choose another one.'],
  ['method_not_supported_for_channel_type', 'nobody can post in a channel of that kind. Choose another one.'],
  ['messages_tab_disabled', 'my direct messages are switched off. Ask whoever set me up.'],
  ['cannot_dm_bot', 'that is not a person.'],
  ['user_not_found', 'there is no such person.'],
  ['user_disabled', 'that person is not in this workspace any more.'],
  ['msg_too_long', 'the message is too long. Ask for less.'],
  ['no_text', 'the message is empty.'],
]);

/** Slack has several of each. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^restricted_action/, 'only some people may post in that channel. Ask its owners.'],
  [/^cannot_reply/, 'nobody can answer to that message. Ask in the channel.'],
  [/^invalid_(?:blocks|arg)/, 'Slack does not take a message of this form.'],
];

function wordsOf(error: string): string | undefined {
  return FINAL.get(error) ?? FAMILIES.find(([family]) => family.test(error))?.[1];
}

/** Asking again changes nothing. */
export function isFinal(error: string): boolean {
  return wordsOf(error) !== undefined;
}

export function whyNot(error: string): string {
  return wordsOf(error) ?? `Slack says ${error}. Mend that.`;
}
