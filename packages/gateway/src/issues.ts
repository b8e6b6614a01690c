import { z } from "zod";

/** The first problems, each with its place. A value is never quoted: it may be a secret. */
export function describeIssues(issues: readonly { message: string; path?: unknown }[]): string {
  const sentences = issues.slice(0, 5).map((issue) => {
    const path = z.array(z.union([z.string(), z.number()])).safeParse(issue.path);
    // "config" and "changes" are how the API nests things; a person never wrote them.
    const names = path.data?.filter((name) => name !== "config" && name !== "changes") ?? [];
    const place = names.length > 0 ? `${names.join(".")}: ` : "";
    return `${place}${issue.message}`;
  });
  return sentences.join(" ");
}
