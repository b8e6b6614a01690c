import type { ServerConfigWrite, SignInWrite } from "@local-mcp/contract";
import type { ServerRow, StoredServerConfig, StoredSignIn } from "@local-mcp/database";
import type { ServerFields } from "@local-mcp/transfer";
import type { At } from "./places.ts";

/** What of a row is configured. */
export type ServerColumns = Pick<
  ServerRow,
  | "name"
  | "title"
  | "description"
  | "config"
  | "limits"
  | "connections"
  | "tags"
  | "healthUrl"
  | "enabled"
>;

export function serverFields(row: ServerColumns, at: At): ServerFields {
  const { name, title, description, limits, connections, tags, healthUrl, enabled } = row;
  const marks = Object.entries(row.config.secrets).map(([mark, id]) => [
    mark,
    at(`secrets/${mark}`, id),
  ]);
  return {
    name,
    title,
    description,
    config: configOf(row.config, at),
    secrets: Object.fromEntries(marks),
    limits,
    connections,
    tags,
    healthUrl,
    enabled,
  };
}

function configOf(config: StoredServerConfig, at: At): ServerConfigWrite {
  if (config.transport === "stdio") {
    const { transport, command, args, cwd, env } = config;
    const values = Object.entries(env).map(([name, value]) => [
      name,
      "plain" in value
        ? { value: value.plain, plain: true }
        : { value: at(`env/${name}`, value.secret), plain: false },
    ]);
    return { transport, command, args, cwd, env: Object.fromEntries(values) };
  }
  const { transport, url, headers, signIn } = config;
  const values = Object.entries(headers).map(([name, value]) => [
    name,
    "template" in value ? value.template : at(`headers/${name}`, value.secret),
  ]);
  return {
    transport,
    url,
    headers: Object.fromEntries(values),
    ...(signIn && { signIn: signInOf(signIn, at) }),
  };
}

const signInOf = ({ clientSecret, privateKey, ...plain }: StoredSignIn, at: At): SignInWrite => ({
  ...plain,
  ...(clientSecret && { clientSecret: at("signIn/clientSecret", clientSecret.secret) }),
  ...(privateKey && { privateKey: at("signIn/privateKey", privateKey.secret) }),
});
