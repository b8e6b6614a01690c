import type { SecretInfo, ServerConfigView } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import { viewSignIn } from "./sign-in-config.ts";

/** What is shown of a configuration: everything but the secrets. */
export function viewConfig(
  config: StoredServerConfig,
  secret: (id: string) => SecretInfo,
): ServerConfigView {
  if (config.transport !== "stdio") {
    const { transport, url, headers, signIn } = config;
    const shown = Object.entries(headers).map(([name, value]) => [
      name,
      "secret" in value ? secret(value.secret) : value,
    ]);
    return {
      transport,
      url,
      headers: Object.fromEntries(shown),
      signIn: viewSignIn(signIn, secret),
    };
  }
  const { transport, command, args, cwd, env } = config;
  const shown = Object.entries(env).map(([name, value]) => [
    name,
    "plain" in value
      ? { plain: true, value: value.plain }
      : { plain: false, secret: secret(value.secret) },
  ]);
  return { transport, command, args, cwd, env: Object.fromEntries(shown) };
}
