import { z } from "zod";

/** Clients whose configuration is known well enough to write a snippet for it. */
export const clientKind = z.enum([
  "claude-code",
  "claude-desktop",
  "cursor",
  "vscode",
  "codex",
  "other",
]);
export type ClientKind = z.infer<typeof clientKind>;

/** Stands in a snippet where the token goes, so that no token has to be known to make one. */
export const TOKEN_PLACE = "YOUR_TOKEN";

/** What a person pastes into a client so that it uses a profile. */
export const clientSnippet = z.object({
  client: clientKind,
  /** What people call the client. */
  title: z.string(),
  /** Whether its configuration or program was found on this computer. */
  installed: z.boolean(),
  /** How it reaches the gateway: by URL, or by the stdio bridge it starts. */
  reaches: z.enum(["url", "bridge"]),
  /** The file it belongs in, with `~` for the home folder; null where a command is run instead. */
  file: z.string().nullable(),
  language: z.enum(["json", "toml", "shell", "text"]),
  /** Holds {@link TOKEN_PLACE} where `needsToken`. */
  text: z.string(),
  needsToken: z.boolean(),
  /** One sentence: where to paste it, and whether the client must be restarted. */
  instruction: z.string(),
});
export type ClientSnippet = z.infer<typeof clientSnippet>;

/** What was observed of one client since the gateway started. Each fact is null until it was seen. */
export const clientView = z.object({
  id: z.string(),
  /** As it called itself; server-controlled text, so shown as text only. */
  name: z.string(),
  version: z.string().nullable(),
  era: z.enum(["legacy", "modern"]),
  /** Slug of the profile it uses. */
  profile: z.string(),
  tokenId: z.string().nullable(),
  tokenName: z.string().nullable(),
  connectedAt: z.number().int(),
  lastSeenAt: z.number().int(),
  /** Whether it has an open stream or a request running. */
  active: z.boolean(),
  /** Its last `tools/list`. */
  listed: z.object({ at: z.number().int(), tools: z.number().int() }).nullable(),
  firstCall: z
    .object({
      at: z.number().int(),
      tool: z.string(),
      durationMs: z.number(),
      ok: z.boolean(),
    })
    .nullable(),
  calls: z.number().int(),
  lastCallAt: z.number().int().nullable(),
});
export type ClientView = z.infer<typeof clientView>;

export const clientsView = z.object({
  clients: z.array(clientView),
  /** The last request that came with a token which is not valid here. Holds nothing of the token. */
  refused: z
    .object({ at: z.number().int(), count: z.number().int(), userAgent: z.string().nullable() })
    .nullable(),
});
export type ClientsView = z.infer<typeof clientsView>;

/** The way of a client, gone by ourselves: which step fails names what to mend. */
export const connectionTest = z.object({
  ok: z.boolean(),
  steps: z.array(
    z.object({
      step: z.enum(["connect", "initialize", "list"]),
      outcome: z.enum(["passed", "failed", "skipped"]),
      durationMs: z.number(),
      /** One sentence; holds no token. */
      message: z.string(),
    }),
  ),
});
export type ConnectionTest = z.infer<typeof connectionTest>;
