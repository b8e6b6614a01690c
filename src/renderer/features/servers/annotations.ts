import { z } from "zod";

const annotations = z.object({
  annotations: z
    .object({
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
    })
    .optional(),
});

/**
 * What a tool says of itself: that it only reads, that it changes data, or nothing. Only the first
 * is called without asking.
 */
export function effectOf(definition: Record<string, unknown>): "reads" | "changes" | "unknown" {
  const parsed = annotations.safeParse(definition);
  const { readOnlyHint, destructiveHint } = (parsed.success && parsed.data.annotations) || {};
  if (readOnlyHint === true) return "reads";
  return readOnlyHint === false || destructiveHint === true ? "changes" : "unknown";
}

const ASKS = {
  reads: null,
  changes: "It says it changes data.",
  unknown: "It does not say that it only reads.",
};

/** Why a person is asked before a tool runs, as a sentence; null where it says that it only reads. */
export const whyAsk = (definition: Record<string, unknown>): string | null =>
  ASKS[effectOf(definition)];
