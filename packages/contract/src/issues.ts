import { z } from "zod";

/** Of a record's key; the reason is one level down. */
const ofKey = z.object({
  code: z.literal("invalid_key"),
  issues: z.array(z.object({ message: z.string() })).min(1),
});

/** The first problems, each with its place. A value is never quoted: it may be a secret. */
export function describeIssues(issues: readonly { message: string; path?: unknown }[]): string {
  const sentences = issues.slice(0, 5).map((issue) => {
    const path = z.array(z.union([z.string(), z.number()])).safeParse(issue.path);
    // "config" and "changes" are how the API nests things; a person never wrote them.
    const names = path.data?.filter((name) => name !== "config" && name !== "changes") ?? [];
    const place = names.length > 0 ? `${names.join(".")}: ` : "";
    const key = ofKey.safeParse(issue);
    const reasons = key.success ? key.data.issues : [issue];
    return `${place}${reasons.map(({ message }) => message).join(" ")}`;
  });
  return sentences.join(" ");
}
