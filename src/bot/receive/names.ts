import { z } from 'zod';

/** The names that Slack tells with a command, a click or a form, by id. Nothing else of it is looked at. */
const thing = z.object({ id: z.string(), name: z.string().optional(), username: z.string().optional() });
const delivery = z.object({
  user_id: z.string().optional(),
  user_name: z.string().optional(),
  channel_id: z.string().optional(),
  channel_name: z.string().optional(),
  user: thing.optional().catch(undefined),
  channel: thing.optional().catch(undefined),
});

/** What Slack calls channels whose name it does not tell. */
export const NAMELESS = /^(?:directmessage|privategroup|mpdm-)/;
const PERSON = /^[UW][A-Z0-9]+$/;
const CHANNEL = /^[CG][A-Z0-9]+$/;

export function namesIn(body: unknown): ReadonlyMap<string, string> {
  const parsed = delivery.safeParse(body);
  if (!parsed.success) return new Map();
  const { user_id, user_name, channel_id, channel_name, user, channel } = parsed.data;
  const people = [[user_id, user_name] as const, [user?.id, user?.name ?? user?.username] as const];
  const channels = [[channel_id, channel_name] as const, [channel?.id, channel?.name] as const];
  const known = ([id, name]: readonly [string | undefined, string | undefined], like: RegExp) =>
    id !== undefined && name !== undefined && like.test(id) && !NAMELESS.test(name) ? [[id, name] as const] : [];
  return new Map([...people.flatMap((one) => known(one, PERSON)), ...channels.flatMap((one) => known(one, CHANNEL))]);
}
