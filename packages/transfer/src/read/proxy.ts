import { slugify } from "@local-mcp/contract";
import { memberOf } from "../foreign/contextforge/reading.ts";

/** Fields of a server of the seeds that say what is in it. */
const CONTENTS: readonly string[] = [
  "uid",
  "tool_ids",
  "associated_tools",
  "associated_gateways",
  "associated_prompts",
  "associated_resources",
  "associated_roots",
];
/** Those that stay with the profile; all others say how the server is reached. */
const OF_PROFILE: readonly string[] = [
  "name",
  "slug",
  "description",
  "tags",
  "is_active",
  "enabled",
];

/** What one server of an early file becomes. */
interface Split {
  /** As a gateway has it. */
  server: object;
  /** As a server has it, with that gateway in it. */
  profile: object;
  said: string;
}

/**
 * In early files a server may have a URL of its own: what is one thing there is a server here, and a
 * profile that has it. Null where it has none, or where it names what is in it and the URL is only
 * where it was reached.
 */
export function splitProxy(raw: object): Split | null {
  const url = memberOf(raw, "url");
  if (typeof url !== "string" || CONTENTS.some((field) => field in raw)) return null;
  const name = memberOf(raw, "slug") ?? memberOf(raw, "name");
  const slug = typeof name === "string" ? slugify(name) : "";
  const transport = /\/sse\/?$/i.test(url) ? "SSE" : "STREAMABLEHTTP";
  const of = Object.entries(raw).filter(([field]) => OF_PROFILE.includes(field));
  return {
    server: { transport, ...raw },
    profile: { ...Object.fromEntries(of), associated_gateways: slug === "" ? [] : [slug] },
    said: "It has a URL of its own: it becomes a server, and a profile that has it.",
  };
}
