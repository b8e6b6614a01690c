import { GatewayError } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import type { Launch } from "@local-mcp/engine";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import { BREAKS_HEADER, namedSecrets } from "./config.ts";
import { filler, type Reveal } from "./secret-values.ts";
import { signInSecretIds } from "./sign-in-config.ts";

/**
 * Puts the secrets into a configuration, for the moment of a start.
 *
 * @param reveal the value of a secret, by its id; null for one that is stored no more
 * @throws GatewayError secret_unset, secret_changes_address, secret_breaks_header, and what `reveal` throws
 */
export function resolveLaunch(
  server: string,
  config: StoredServerConfig,
  runtimes: Pick<RuntimesService, "pathName" | "variables" | "routeTo">,
  reveal: Reveal,
): Launch {
  const fill = filler(server, config, reveal);
  const valueOf = (id: string, name: string, option: string): string => {
    const value = reveal(id);
    if (value === null) throw new GatewayError("secret_unset", { server, name, option });
    return value;
  };

  if (config.transport !== "stdio") {
    const headers = Object.entries(config.headers).map(([name, value]) => {
      if ("secret" in value) return [name, valueOf(value.secret, name, "--header")];
      const filled = fill(value.template);
      // A secret that was there before its template may have lines of its own.
      if (BREAKS_HEADER.test(filled)) {
        throw new GatewayError("secret_breaks_header", { server, header: name });
      }
      return [name, filled];
    });
    const url = fill(config.url);
    if (!URL.canParse(url) || new URL(url).origin !== new URL(config.url).origin) {
      throw new GatewayError("secret_changes_address", { server });
    }
    return {
      transport: config.transport,
      url,
      headers: Object.fromEntries(headers),
      route: runtimes.routeTo(new URL(url)),
    };
  }
  const own = Object.entries(config.env).map(([name, value]) => [
    name,
    "plain" in value ? fill(value.plain) : valueOf(value.secret, name, "--env"),
  ]);
  return {
    transport: "stdio",
    command: config.command,
    args: config.args.map(fill),
    cwd: config.cwd,
    pathName: runtimes.pathName,
    env: { ...runtimes.variables, ...Object.fromEntries(own) },
  };
}

/** Whether starting it, or signing in to it, needs an open vault. */
export const needsVault = (config: StoredServerConfig): boolean => {
  const isCommand = config.transport === "stdio";
  const values = isCommand ? config.env : config.headers;
  return (
    Object.values(values).some((value) => "secret" in value) ||
    (!isCommand && signInSecretIds(config.signIn).length > 0) ||
    // A mark without a value is what is missing then, and no vault has it.
    namedSecrets(config).some((name) => name in config.secrets)
  );
};
