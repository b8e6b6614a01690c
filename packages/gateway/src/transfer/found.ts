import type { ServerConfigWrite } from "@local-mcp/contract";
import { findProgram } from "../servers/probe.ts";

/**
 * Whether this computer has the program that a server runs; nothing is started. Null for what is no
 * command, and where a secret says in which folders it is looked for.
 *
 * @param variables what a server's process starts with
 */
export function foundHere(
  config: ServerConfigWrite,
  variables: Readonly<Record<string, string | undefined>>,
): boolean | null {
  if (config.transport !== "stdio") return null;
  const { transport, command, args, cwd } = config;
  const own = config.env.PATH;
  if (own && !own.plain) return null;
  const env: Record<string, { plain: string }> = own ? { PATH: { plain: own.value } } : {};
  return findProgram({ transport, command, args, cwd, env, secrets: {} }, variables) !== null;
}
