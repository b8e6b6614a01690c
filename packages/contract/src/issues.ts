import { z } from "zod";

const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
};

const REQUIRED = "It is required.";
const NOTHING_GIVEN = "Nothing was given: what it takes has to be there, as JSON.";

// What is said where a schema has no words of its own: zod's are a programmer's. A value is never
// quoted: it may be a secret.
z.config({ customError: (issue) => plainWords(issue) });

function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type": {
      const type = TYPES[issue.expected];
      return issue.input === undefined ? REQUIRED : type && `It has to be ${type}.`;
    }
    case "too_big":
      return issue.inclusive === false ? undefined : bound(issue.origin, "at most", issue.maximum);
    case "too_small":
      return issue.inclusive === false ? undefined : bound(issue.origin, "at least", issue.minimum);
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return Array.isArray(issue.options)
        ? oneOf(issue.options)
        : "It has none of the forms that it can have.";
    default:
      return undefined;
  }
}

const oneOf = (values: readonly unknown[]): string =>
  `It has to be ${values
    .map(String)
    .join(", ")
    .replace(/, ([^,]*)$/, " or $1")}.`;

function bound(origin: string, word: string, limit: number | bigint): string | undefined {
  if (origin === "string") return `It has to have ${word} ${limit} characters.`;
  if (origin === "array") return `It has to have ${word} ${limit} entries.`;
  return origin === "number" || origin === "int" ? `It has to be ${word} ${limit}.` : undefined;
}

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
    const reason = reasonOf(issue);
    return place === "" && reason === REQUIRED ? NOTHING_GIVEN : `${place}${reason}`;
  });
  return sentences.join(" ");
}

/** A problem without its place. */
export function reasonOf(issue: { message: string }): string {
  const key = ofKey.safeParse(issue);
  const reasons = key.success ? key.data.issues : [issue];
  return reasons.map(({ message }) => message).join(" ");
}
