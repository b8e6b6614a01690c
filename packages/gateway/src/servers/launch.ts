import { GatewayError, SECRET_MARK } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import type { Launch } from "@local-mcp/engine";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import { markedTexts } from "./config.ts";
import { marksIn } from "./url-secrets.ts";

/**
 * Puts the secrets into a configuration, for the moment of a start.
 *
 * @param reveal the value of a secret, by its id; null for one that is stored no more
 * @throws GatewayError secret_unset, secret_changes_address, and what `reveal` throws
 */
export function resolveLaunch(
  server: string,
  config: StoredServerConfig,
  runtimes: RuntimesService,
  reveal: (secretId: string) => string | null,
): Launch {
  const valueOf = (id: string | undefined, name: string, option: string): string => {
    const value = id === undefined ? null : reveal(id);
    if (value === null) throw new GatewayError("secret_unset", { server, name, option });
    return value;
  };
  const fill = (text: string): string =>
    text.replace(SECRET_MARK, (_, name: string) => valueOf(config.secrets[name], name, "--secret"));

  if (config.transport !== "stdio") {
    const headers = Object.entries(config.headers).map(([name, { secret }]) => [
      name,
      valueOf(secret, name, "--header"),
    ]);
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
