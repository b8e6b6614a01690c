import { route, type WindowCommand } from "@local-mcp/contract";
import { z } from "zod";

/** Scheme of links that open the app. */
export const SCHEME = "local-mcp-gateway";

const MAX_LENGTH = 64 * 1024;

/**
 * Every link the app understands, with where it leads. A link shows a place or fills the box in
 * which servers are reviewed; it never adds, starts or changes anything.
 *
 *     local-mcp-gateway://open/servers/ID/output
 *     local-mcp-gateway://add-servers?text=…
 */
const LINKS = {
  open: z
    .object({ path: route, query: z.object({}).strict() })
    .transform(({ path }): WindowCommand => ({ type: "go", route: path })),
  "add-servers": z
    .object({
      path: z.literal(""),
      query: z.object({ text: z.string().min(1).max(MAX_LENGTH) }).strict(),
    })
    .transform(({ query }): WindowCommand => ({ type: "add_servers_from", text: query.text })),
};

/** What a link asks the window to do; null for one that is not understood. */
export function readDeepLink(link: string): WindowCommand | null {
  if (link.length > MAX_LENGTH || !URL.canParse(link)) return null;
  const { protocol, host, pathname, searchParams, hash, username, password, port } = new URL(link);
  if (protocol !== `${SCHEME}:` || hash !== "" || username || password || port) return null;
  const target = Object.entries(LINKS).find(([name]) => name === host)?.[1];
  const names = [...searchParams.keys()];
  if (!target || new Set(names).size !== names.length) return null;
  const parsed = target.safeParse({
    path: pathname === "/" ? "" : pathname,
    query: Object.fromEntries(searchParams),
  });
  return parsed.success ? parsed.data : null;
}
