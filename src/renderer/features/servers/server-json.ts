import { SECRET_MARK, type ServerView } from "@local-mcp/contract";

/**
 * The server as other programs read it (`mcpServers`). A secret is a name to be filled in; its
 * value is not known here.
 */
export function serverJson({ name, config }: ServerView): string {
  const entry =
    config.transport === "stdio"
      ? {
          command: config.command,
          args: config.args,
          ...(config.cwd === null ? {} : { cwd: config.cwd }),
          env: mapValues(config.env, (variable, value) =>
            value.plain ? value.value : placeFor(variable),
          ),
        }
      : {
          type: config.transport,
          url: config.url,
          headers: mapValues(config.headers, (header, value) =>
            "template" in value
              ? value.template.replaceAll(SECRET_MARK, (_mark, name: string) => placeFor(name))
              : placeFor(header),
          ),
        };
  return JSON.stringify({ mcpServers: { [name]: entry } }, null, 2);
}

const placeFor = (name: string): string => `YOUR_${name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;

const mapValues = <Value>(
  values: Record<string, Value>,
  change: (name: string, value: Value) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(name, value)]));
