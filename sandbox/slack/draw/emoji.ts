/** The shortcodes that a chat-ops bot is likely to use. Any other stays as it was typed. */
const EMOJI: Readonly<Record<string, string>> = {
  arrow_right: '➡️',
  arrows_counterclockwise: '🔄',
  ballot_box_with_check: '☑️',
  bell: '🔔',
  black_circle: '⚫',
  bulb: '💡',
  clock1: '🕐',
  double_vertical_bar: '⏸️',
  eyes: '👀',
  fire: '🔥',
  gear: '⚙️',
  grey_question: '❔',
  heavy_check_mark: '✔️',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  information_source: 'ℹ️',
  key: '🔑',
  large_blue_circle: '🔵',
  large_green_circle: '🟢',
  large_orange_circle: '🟠',
  large_yellow_circle: '🟡',
  leftwards_arrow_with_hook: '↩️',
  link: '🔗',
  lock: '🔒',
  mag: '🔍',
  memo: '📝',
  no_entry: '⛔',
  no_entry_sign: '🚫',
  octagonal_sign: '🛑',
  page_facing_up: '📄',
  question: '❓',
  red_circle: '🔴',
  repeat: '🔁',
  rocket: '🚀',
  rotating_light: '🚨',
  snowflake: '❄️',
  stopwatch: '⏱️',
  tada: '🎉',
  thumbsdown: '👎',
  thumbsup: '👍',
  unlock: '🔓',
  warning: '⚠️',
  wastebasket: '🗑️',
  wave: '👋',
  white_check_mark: '✅',
  white_circle: '⚪',
  wrench: '🔧',
  x: '❌',
  zap: '⚡',
};

export function emoji(name: string): string {
  return EMOJI[name] ?? `:${name}:`;
}

/** Replaces shortcodes within text, as Slack does in plain_text and mrkdwn, never in raw_text. */
export function withEmoji(words: string): string {
  return words.replace(/:([a-z0-9_+-]+):/g, (_whole, name: string) => emoji(name));
}
