import { serverCreate } from "@local-mcp/contract";
import {
  type Entity,
  type ParsedFile,
  type ReadEntity,
  type ReadFile,
  secretsOf,
  withMarks,
} from "@local-mcp/transfer";
import {
  readClientServers,
  type ReadOptions,
  type ReadServer,
  type ServerInput,
} from "../servers/recognize/recognize.ts";
import { splitUrl } from "../servers/url-secrets.ts";

/**
 * Reads the file of an MCP client, which has no sealed secrets; null where the text is none. Secrets
 * are told apart as in a text that is pasted.
 *
 * @throws GatewayError validation_failed where it has too many servers
 */
export function readClientFile(text: string, options: ReadOptions): ParsedFile | null {
  const servers = readClientServers(text, options);
  if (servers === null) return null;
  return {
    format: "client",
    sealed: { count: 0, with: null },
    open: async (keys) => fileOf(servers, keys === null),
  };
}

/** @param leaves whether secrets are left alone */
function fileOf(servers: readonly ReadServer[], leaves: boolean): ReadFile {
  const warnings: string[] = [];
  const entities: ReadEntity[] = [];
  let plain = 0;
  for (const read of servers) {
    if (read.server === null && read.isOurselves) {
      warnings.push(`“${read.original}” is this gateway itself, and is left out.`);
      continue;
    }
    const entity = read.server && entityOf(read.server);
    const given = entity === null ? [] : secretsOf(entity).filter(({ value }) => value !== "");
    if (!leaves) plain += given.length;
    entities.push({
      kind: "server",
      name: entity?.fields.name ?? read.original,
      pointer: read.pointer,
      entity: entity && leaves ? withoutSecrets(entity) : entity,
      problems: read.server === null ? [{ pointer: read.pointer, message: read.problem }] : [],
      warnings: read.server === null ? [] : read.missing.map((what) => `The ${what} has no value.`),
    });
  }
  if (plain > 0) {
    warnings.push(
      `${plain === 1 ? "1 secret is" : `${plain} secrets are`} in the file in clear, and sealed when stored.`,
    );
  }
  return {
    format: "client",
    source: { exportedAt: null, exportedBy: null, gateway: null },
    entities,
    problems: [],
    warnings,
    losses: [],
    secrets: { opened: 0, plain },
  };
}

function entityOf(server: ServerInput): Entity<"server"> {
  const { profiles: _, confirmed: _confirmed, ...read } = serverCreate.parse(server);
  const { config } = read;
  const url = config.transport === "stdio" ? null : splitUrl(config.url);
  const { fields, withheld } = withMarks({
    ...read,
    title: read.title ?? read.name,
    connections: read.connections,
    holdChangedTools: read.holdChangedTools,
    config:
      config.transport === "stdio" || url === null ? config : { ...config, url: url.template },
    secrets: { ...read.secrets, ...url?.secrets },
  });
  return { kind: "server", uid: null, fields, withheld };
}

/** As a file without the values of its secrets would have it. */
function withoutSecrets({ fields, ...entity }: Entity<"server">): Entity<"server"> {
  const places = new Set(secretsOf({ fields, ...entity }).map(({ place }) => place));
  const left = <Value>(at: string, values: Record<string, Value>, empty: Value) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]): [string, Value] => [
        name,
        places.has(`${at}/${name}`) ? empty : value,
      ]),
    );
  const { config } = fields;
  return {
    ...entity,
    fields: {
      ...fields,
      secrets: left("secrets", fields.secrets, ""),
      config:
        config.transport === "stdio"
          ? { ...config, env: left("env", config.env, { value: "", plain: false }) }
          : {
              ...config,
              headers: left("headers", config.headers, ""),
              ...(config.signIn?.clientSecret && {
                signIn: { ...config.signIn, clientSecret: "" },
              }),
            },
    },
    withheld: [...places].toSorted(),
  };
}
