/** Block Kit's smallest parts. Every object is strict: one unknown field and Slack rejects the whole message. */
import { z } from 'zod';
import { LIMITS } from '../../../src/bot/view/limits';

export const id = z.string().min(1).max(LIMITS.id);
export const words = (most: number) => z.string().min(1).max(most);
const style = z.enum(['primary', 'danger']);

export const plain = (most: number = LIMITS.text) =>
  z.strictObject({ type: z.literal('plain_text'), text: words(most), emoji: z.boolean().optional() });

const mrkdwn = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: words(most), verbatim: z.boolean().optional() });

export const anyText = (most: number = LIMITS.text) => z.discriminatedUnion('type', [plain(most), mrkdwn(most)]);

export const confirm = z.strictObject({
  title: plain(LIMITS.confirm.title).optional(),
  text: anyText(LIMITS.confirm.text),
  confirm: plain(LIMITS.confirm.button).optional(),
  deny: plain(LIMITS.confirm.button).optional(),
  style: style.optional(),
});

export const buttonStyle = style.optional();

const option = <T extends z.ZodType>(text: T) =>
  z.strictObject({
    text,
    value: words(LIMITS.option.value),
    description: plain(LIMITS.option.text).optional(),
  });

export const plainOption = option(plain(LIMITS.option.text));
export const richOption = option(anyText(LIMITS.option.text));
export const overflowOption = plainOption.extend({ url: words(LIMITS.option.url).optional() });

const slackFile = z.union([z.strictObject({ id: words(LIMITS.id) }), z.strictObject({ url: words(LIMITS.image.url) })]);

/** The fields that an image has as a block and as an element. */
export const imageFields = {
  type: z.literal('image'),
  alt_text: words(LIMITS.image.altText),
  image_url: z
    .url({ protocol: /^https?$/ })
    .max(LIMITS.image.url)
    .optional(),
  slack_file: slackFile.optional(),
};

export function hasOneSource(image: { image_url?: string | undefined; slack_file?: unknown }): boolean {
  return (image.image_url === undefined) !== (image.slack_file === undefined);
}

export const ONE_SOURCE = 'must define either `image_url` or `slack_file`';
