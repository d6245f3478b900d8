/** The app's manifest: the workspace offers only what it declares. */
import { z } from 'zod';
import { LIMITS } from '../../src/bot/view/limits';

const most = LIMITS.manifest;

const command = z.object({
  command: z
    .string()
    .regex(/^\/[a-z0-9_-]+$/)
    .max(most.command),
  description: z.string().min(1).max(most.commandDescription),
  usage_hint: z.string().max(most.usageHint).optional(),
  should_escape: z.boolean().optional(),
  url: z.url().optional(),
});

const shortcut = z.object({
  name: z.string().min(1),
  type: z.enum(['message', 'global']),
  callback_id: z.string().min(1).max(LIMITS.id),
  description: z.string().min(1),
});

const manifest = z
  .object({
    display_information: z.object({ name: z.string().min(1).max(most.appName), description: z.string().optional() }),
    features: z.object({
      bot_user: z.object({ display_name: z.string().min(1), always_online: z.boolean().optional() }).optional(),
      app_home: z
        .object({
          home_tab_enabled: z.boolean().optional(),
          messages_tab_enabled: z.boolean().optional(),
          messages_tab_read_only_enabled: z.boolean().optional(),
        })
        .optional(),
      slash_commands: z.array(command).max(most.commands).optional(),
      shortcuts: z.array(shortcut).max(most.shortcuts).optional(),
    }),
    oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
    settings: z
      .object({
        event_subscriptions: z.object({ bot_events: z.array(z.string()).optional() }).optional(),
        interactivity: z.object({ is_enabled: z.boolean() }).optional(),
        socket_mode_enabled: z.boolean().optional(),
      })
      .optional(),
  })
  .superRefine((given, context) => {
    const commands = given.features.slash_commands ?? [];
    const scopes = given.oauth_config.scopes.bot;
    const offers = commands.length + (given.features.shortcuts?.length ?? 0);
    if (offers > 0 && !scopes.includes('commands')) {
      context.addIssue({ code: 'custom', message: 'commands and shortcuts need the bot scope `commands`' });
    }
    if (new Set(commands.map((one) => one.command)).size < commands.length) {
      context.addIssue({ code: 'custom', message: 'a slash command is declared twice' });
    }
  });

export type Manifest = z.infer<typeof manifest>;

/** Throws with every problem when Slack would not create an app from this. */
export function readManifest(given: unknown): Manifest {
  const parsed = manifest.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(`the manifest is refused: ${z.prettifyError(parsed.error)}`);
}
