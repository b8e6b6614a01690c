import type { Here } from "@local-mcp/transfer";
import { VARIABLES } from "../configuration/variables.ts";

const OWN_SECRETS: ReadonlySet<string> = new Set([
  ...Object.values(VARIABLES).flatMap(({ name, secret }) => (secret ? [name] : [])),
  // Only the command line reads it.
  "SOURCE_ENCRYPTION_SECRET",
]);

/** What a file may ask of this computer: no secret that the gateway itself was started with. */
export const hereOf = (home: string, env: Readonly<Record<string, string | undefined>>): Here => ({
  home,
  env: Object.fromEntries(
    Object.entries(env).filter(([name]) => !OWN_SECRETS.has(name.toUpperCase())),
  ),
});
