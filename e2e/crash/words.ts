import { z } from "zod";

/** What an operation says while it is carried out, a line of JSON each. */
const word = z.discriminatedUnion("what", [
  /** What the database holds now; whoever was told so may count on it. */
  z.object({
    what: z.literal("state"),
    digest: z.string(),
    content: z.string(),
    audit: z.array(z.string()),
  }),
  /** A backup was made. */
  z.object({ what: z.literal("made"), id: z.string(), sha256: z.string() }),
  /** It was refused, and the gateway lives on. */
  z.object({ what: z.literal("failed"), code: z.string() }),
]);
export type Word = z.infer<typeof word>;

export const readWords = (lines: readonly string[]): Word[] =>
  lines.map((line) => word.parse(JSON.parse(line)));
