import { toolCreate } from "@local-mcp/contract";
import { z } from "zod";
import type { Entity } from "../entity.ts";
import { newTool, plainToolFields, seedToolWrite } from "../mapping/tools.ts";
import { defineReader } from "./entity-reader.ts";
import { revealAuth, revealFixed, valuesInFile } from "./secret-reader.ts";
import {
  AUTH_VALUE,
  fixedToFile,
  headersToFile,
  plainOf,
  secretOf,
  type SecretWriter,
  sortedRecord,
} from "./secret-writer.ts";

/** A tool as a file has it. */
export function toolToFile({ uid, fields }: Entity<"tool">, secrets: SecretWriter) {
  const own = authOf(fields.auth, secrets);
  const secretHeaders = Object.fromEntries(secretOf(fields.headers));
  const shown = headersToFile(secretHeaders, secrets, own !== null);
  const others = Object.keys(secretHeaders).length > 0 ? "authheaders" : null;
  const plain = plainOf(fields.headers);
  const query = fixedToFile(fields.query, "query", secrets);
  return {
    uid,
    name: fields.name,
    ...plainToolFields(fields),
    auth_type: own?.auth_type ?? others,
    auth_value: own === null ? shown.auth_value : own.auth_value,
    headers: sortedRecord<string | null>([...plain, ...shown.headers]),
    plain_headers: plain.map(([name]) => name).toSorted(),
    query: query.values,
    plain_query: query.plain,
    argument_mapping: sortedRecord(Object.entries(fields.arguments)),
  };
}

function authOf(auth: Entity<"tool">["fields"]["auth"], secrets: SecretWriter) {
  if (auth.type === "none") return null;
  if (auth.type === "bearer") {
    const { type, token = "" } = auth;
    return { auth_type: type, auth_value: secrets.write("auth/token", token, AUTH_VALUE.bearer) };
  }
  const { type, username, password = "" } = auth;
  const auth_value = secrets.has("auth/password")
    ? secrets.write("auth/password", `${username}:${password}`, AUTH_VALUE.basic)
    : withoutPassword(username, secrets);
  return { auth_type: type, auth_value };
}

/** A user name without a colon after it has a password that is not in the file. */
function withoutPassword(username: string, secrets: SecretWriter): string | null {
  secrets.write("auth/password", "");
  return secrets.seal(AUTH_VALUE.basic, username);
}

export const toolFromFile = defineReader({
  kind: "tool",
  schema: seedToolWrite.omit({ associated_servers: true, keep_secrets: true }).extend({
    headers: valuesInFile.optional(),
    query: valuesInFile.optional(),
    auth_value: z.union([z.string(), valuesInFile]).nullable().optional(),
  }),
  computed: ["associated_servers"],
  reveal(given, secrets) {
    revealFixed(given, "headers", "plain_headers", secrets);
    revealFixed(given, "query", "plain_query", secrets);
    revealAuth(given, secrets, { bearer: "auth/token", basic: "auth/password" });
  },
  fields(sent) {
    const { profiles: _, ...fields } = toolCreate.parse(newTool(sent));
    return fields;
  },
  places: {
    title: "display_name",
    method: "request_type",
    auth: "auth_value",
    arguments: "argument_mapping",
    body: "body_mapping",
  },
});
