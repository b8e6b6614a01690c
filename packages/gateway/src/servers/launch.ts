import { GatewayError, SECRET_MARK } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import type { Launch } from "@local-mcp/engine";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import { markedTexts } from "./config.ts";
import { marksIn } from "./url-secrets.ts";

/**
 * Puts the secrets into a configuration, for the moment of a start.
 *
 * @param reveal the value of a secret, by its id
 * @throws GatewayError secret_unset, and what `reveal` throws
 */
export function resolveLaunch(
  server: string,
  config: StoredServerConfig,
  runtimes: RuntimesService,
  reveal: (secretId: string) => string,
): Launch {
  const fill = (text: string): string =>
    text.replace(SECRET_MARK, (_, name: string) => {
      const id = config.secrets[name];
      if (id === undefined) throw new GatewayError("secret_unset", { server, name });
      return reveal(id);
    });

  if (config.transport !== "stdio") {
    const headers = Object.entries(config.headers).map(([name, { secret }]) => [
      name,
      reveal(secret),
    ]);
    const url = fill(config.url);
    return {
      transport: config.transport,
      url,
      headers: Object.fromEntries(headers),
      route: runtimes.routeTo(new URL(url)),
    };
  }
  const own = Object.entries(config.env).map(([name, value]) => [
    name,
    "plain" in value ? fill(value.plain) : reveal(value.secret),
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

/** Whether starting it needs an open vault. */
export const needsVault = (config: StoredServerConfig): boolean => {
  const values = config.transport === "stdio" ? config.env : config.headers;
  return (
    Object.values(values).some((value) => "secret" in value) ||
    // A mark without a value is what is missing then, and no vault has it.
    markedTexts(config)
      .flatMap(marksIn)
      .some((mark) => mark in config.secrets)
  );
};
