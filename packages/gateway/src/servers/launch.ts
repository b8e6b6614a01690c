import { GatewayError, SECRET_MARK } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import type { Launch } from "@local-mcp/engine";
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
  baseEnv: Record<string, string>,
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
    return {
      transport: config.transport,
      url: fill(config.url),
      headers: Object.fromEntries(headers),
    };
  }
  const own = Object.entries(config.env).map(([name, value]) => [
    name,
    "plain" in value ? value.plain : reveal(value.secret),
  ]);
  return {
    transport: "stdio",
    command: config.command,
    args: config.args.map(fill),
    cwd: config.cwd,
    env: { ...baseEnv, ...Object.fromEntries(own) },
  };
}

/** Whether starting it needs an open vault. */
export const needsVault = (config: StoredServerConfig): boolean => {
  const values = config.transport === "stdio" ? config.env : config.headers;
  const texts = config.transport === "stdio" ? config.args : [config.url];
  return (
    Object.values(values).some((value) => "secret" in value) ||
    texts.some((text) => marksIn(text).length > 0)
  );
};
