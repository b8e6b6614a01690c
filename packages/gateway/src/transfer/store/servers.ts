import { serverCreate, type ServerConfigWrite, type SignInWrite } from "@local-mcp/contract";
import type { ServerRow, StoredServerConfig, StoredSignIn } from "@local-mcp/database";
import type { AnyEntity, Draft, Entity, ServerFields } from "@local-mcp/transfer";
import { buildConfig, type BuiltConfig, consentHash, secretIds } from "../../servers/config.ts";
import { isMoved, moveOf, refuseMove } from "../../servers/secret-move.ts";
import {
  columnsOf,
  configWarnings,
  idleStopWords,
  type ServerColumns,
  stopsNothing,
} from "../../servers/server-columns.ts";
import { isOtherSignIn } from "../../servers/sign-in-config.ts";
import { type KnownSecret, OwnedSecrets, SecretCollector } from "../../vault/owned-secrets.ts";
import { changed, checked, newId, nothing, rowOf, type Storing } from "./draft.ts";
import {
  type At,
  CLIENT_SECRET,
  keeping,
  moveWarnings,
  opening,
  PRIVATE_KEY,
  revealing,
  storedSecrets,
} from "./places.ts";

export function serverFields(row: ServerColumns, at: At): ServerFields {
  const { name, title, description, limits, connections, tags, healthUrl, enabled } = row;
  const { holdChangedTools } = row;
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
    holdChangedTools,
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

/** @throws GatewayError as adding and changing a server does */
export function buildServer(
  storing: Storing,
  entity: Entity<"server">,
  before: AnyEntity | null,
): Draft {
  const { servers } = storing.stores;
  const row = rowOf(before, servers);
  const wanted = checked(serverCreate, withoutSignInSecrets(entity));
  const stored = row && before ? storedSecrets(placesOf(row, wanted.config), before) : [];
  const make = (unchanged: boolean): BuiltConfig => {
    const known = keeping(entity, stored, unchanged);
    const collector = new SecretCollector(known);
    return buildConfig(wanted.config, wanted.secrets, collector, keptSignIn(entity, known));
  };
  let built = make(true);
  const move = row && moveOf(row.config, built.config);
  if (row && move) {
    // What the file has itself may go where the file says.
    built = make(false);
    refuseMove(wanted.name, row.config, built.config);
  }
  // A file from before, or of another program, does not say it, and takes no protection away.
  const holdChangedTools = wanted.holdChangedTools ?? row?.holdChangedTools ?? false;
  const columns = { ...columnsOf(wanted, built.config), holdChangedTools };
  const { at, withheld } = opening(revealing(stored, built.secrets));
  const id = row?.id ?? newId(entity, servers);
  const fields = serverFields(columns, at);
  return {
    entity: { kind: "server", uid: id, fields, withheld: withheld() },
    warnings: [...moveWarnings(move), ...warningsOf(columns)],
    isAgreed: row !== null && row.confirmedHash === consentHash(built.config),
    write: () => writeServer(storing, id, row, columns, built),
    link: nothing,
  };
}

function writeServer(
  { stores, vault, onMoved }: Storing,
  id: string,
  before: ServerRow | null,
  columns: ServerColumns,
  { config, secrets }: BuiltConfig,
): void {
  const owned = new OwnedSecrets(stores, vault, "mcp_servers");
  if (before) {
    if (secretIds(before.config).length > 0) owned.deleteUnused(id, secretIds(config));
    if (isMoved(before.config, config) || isOtherSignIn(before.config, config)) onMoved(id);
    // Consent stays, and holds as long as it is the same command.
    changed(stores.servers.change(id, columns));
  } else {
    stores.servers.insert({ id, ...columns });
  }
  owned.store(id, columns.name, secrets);
}

function warningsOf({ name, config, limits }: ServerColumns): string[] {
  const warnings = configWarnings(name, config).map(({ message }) => message);
  // Kept, for when it is a command: the API leaves it there, too, when a command becomes a URL.
  return stopsNothing(config, limits) ? [...warnings, idleStopWords(name)] : warnings;
}

/** Of the same sort of server: a command and a URL have no secrets in common. */
function placesOf(row: ServerRow, { transport }: ServerConfigWrite) {
  const places: { place: string; id: string }[] = [];
  if ((row.transport === "stdio") !== (transport === "stdio")) return places;
  serverFields(row, (place, id) => {
    places.push({ place, id });
    return "";
  });
  return places;
}

/** An empty text is neither of the two, and says that one is there. */
function withoutSignInSecrets({ fields, withheld }: Entity<"server">): ServerFields {
  const { config } = fields;
  if (config.transport === "stdio" || !config.signIn) return fields;
  const { clientSecret, privateKey, ...signIn } = config.signIn;
  const kept = {
    ...signIn,
    ...(!withheld.includes("signIn/clientSecret") && { clientSecret }),
    ...(!withheld.includes("signIn/privateKey") && { privateKey }),
  };
  return { ...fields, config: { ...config, signIn: kept } };
}

const keptSignIn = ({ withheld }: Entity<"server">, known: KnownSecret): StoredSignIn => {
  const kept = (place: string, name: string): { secret: string } | undefined => {
    const id = withheld.includes(place) ? known(name, "") : null;
    return id === null ? undefined : { secret: id };
  };
  return {
    clientSecret: kept("signIn/clientSecret", CLIENT_SECRET),
    privateKey: kept("signIn/privateKey", PRIVATE_KEY),
  };
};
