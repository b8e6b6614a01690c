import { z } from "zod";

/**
 * `changed`: what the server lists is not what was accepted. `new`: it was not there before, at a
 * server that holds back what nobody has accepted.
 */
export const toolChangeKind = z.enum(["changed", "new"]);
export type ToolChangeKind = z.infer<typeof toolChangeKind>;

const definition = z.record(z.string(), z.unknown());

/** A tool that is not as a person accepted it. */
export const toolChange = z.object({
  /** As its server calls it. */
  name: z.string(),
  kind: toolChangeKind,
  /** As the server sent it when it was accepted; null for one that is new. */
  accepted: definition.nullable(),
  /** ms since 1970; null for one that is new. */
  acceptedAt: z.number().int().nullable(),
  /** As the server sends it now. */
  now: definition,
  /** Of `now`: SHA-256, hexadecimal. Whoever accepts says by it what they have seen. */
  digest: z.string(),
  /** Whether clients neither see it nor may call it until it is accepted. */
  isHeldBack: z.boolean(),
});
export type ToolChange = z.infer<typeof toolChange>;

/** A tool with the `digest` of what a person has seen of it. */
export const seenTool = z.object({
  name: z.string(),
  digest: z.string(),
});
export type SeenTool = z.infer<typeof seenTool>;
