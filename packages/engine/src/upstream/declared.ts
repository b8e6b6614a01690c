import type { Client } from "../definitions.ts";
import { isObject, type JsonObject } from "../jsonrpc.ts";
import { UNROUTABLE_EXTENSIONS } from "../protocol.ts";

/**
 * What is declared on behalf of several clients at once: what at least one of them may be able to
 * do and the gateway can route. No client's
 * roots, since a server would take them for everybody's.
 */
const SHARED: JsonObject = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  extensions: { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html;profile=mcp-app"] } },
};

/**
 * The client capabilities that a server is told: the client's own without what cannot be carried,
 * or what is common where it is not for one client; and roots where the gateway has an answer.
 */
export function declaredFor(
  client: Client | null,
  { roots }: { roots: JsonObject | null },
): JsonObject {
  return { ...(client ? carried(client) : SHARED), ...(roots && { roots }) };
}

function carried(client: Client): JsonObject {
  const { tasks: _, ...capabilities } = client.capabilities;
  const { extensions } = capabilities;
  if (!isObject(extensions)) return capabilities;
  const carried = Object.entries(extensions).filter(
    ([name]) => !UNROUTABLE_EXTENSIONS.includes(name),
  );
  return { ...capabilities, extensions: Object.fromEntries(carried) };
}
