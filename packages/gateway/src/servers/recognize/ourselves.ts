import { basename } from "node:path";
import type { Launcher } from "../../clients/connections.ts";
import { isLoopbackHost } from "../../http/guard.ts";
import type { DraftAddress, DraftCommand } from "./draft.ts";

const OUR_COMMANDS = /^(?:local-mcp-gateway|mcpgateway)(?:\.exe|\.cmd)?$/;

/**
 * Tells our own endpoint and our own bridge from other servers: a gateway that is one of its servers
 * would call itself without end.
 *
 * @param url base URL of the endpoint
 * @param launcher what snippets start our command line with
 */
export function isOurselves(
  reach: DraftAddress | DraftCommand,
  { url, launcher }: { url: string; launcher: Launcher },
): boolean {
  if (reach.transport !== "stdio") return isOurAddress(reach.url, url);
  const words = [reach.command, ...reach.args];
  if (words.some((word) => isOurAddress(word, url))) return true;
  if (!reach.args.includes("bridge")) return false;
  const starts = [launcher.command, ...launcher.args];
  return (
    words.some((word) => OUR_COMMANDS.test(basename(word.replaceAll("\\", "/")))) ||
    starts.every((word, at) => words[at] === word)
  );
}

function isOurAddress(text: string, base: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { hostname, port, pathname } = new URL(text);
  const ours = new URL(base);
  return (
    port === ours.port &&
    (isLoopbackHost(hostname) || hostname === ours.hostname) &&
    /^\/(?:mcp|sse)(?:\/|$)/.test(pathname)
  );
}
