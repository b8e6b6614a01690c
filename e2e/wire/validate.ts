import { isRecord } from "../fixtures/json-rpc.ts";
import { isFromGateway, type Recorded } from "./record.ts";
import { place, SCHEMA_REVISIONS, type Placed, type SchemaRevision } from "./revisions.ts";
import { loadSchema, type RevisionSchema } from "./schemas.ts";

/** A message that is not what its revision says. */
export interface Invalid {
  recorded: Recorded;
  revision: SchemaRevision;
  definition: string;
  faults: string[];
}

export interface Verdict {
  /** Messages that the gateway sent, to clients and to servers. */
  validated: number;
  invalid: Invalid[];
  /** How many it only passed on: the same fault is in what it was sent. */
  relayed: number;
  /** Messages of the server behind the gateway: faults of the fixture, not of the gateway. */
  fromServer: Invalid[];
}

let loaded: Map<SchemaRevision, RevisionSchema> | undefined;
const schemas = (): Map<SchemaRevision, RevisionSchema> =>
  (loaded ??= new Map(SCHEMA_REVISIONS.map((revision) => [revision, loadSchema(revision)])));

/**
 * Holds recorded messages to the JSON schema of the revision in force. What a client sends is not
 * judged, since a suite sends wrong messages on purpose; nor is the gateway for passing it on.
 */
export const validate = (messages: Recorded[]): Verdict => {
  const placed = place(messages);
  const ofGateway = placed.filter(({ recorded }) => isFromGateway(recorded));
  const toGateway = placed.filter(({ recorded }) => !isFromGateway(recorded)).flatMap(check);
  const given = new Set(toGateway.map(faultKey));
  const wrong = ofGateway.flatMap(check);
  const invalid = wrong.filter((one) => !given.has(faultKey(one)));
  return {
    validated: ofGateway.length,
    invalid,
    relayed: wrong.length - invalid.length,
    fromServer: toGateway.filter(({ recorded }) => recorded.link === "server"),
  };
};

const faultKey = ({ definition, faults }: Invalid): string => `${definition} ${faults.join("; ")}`;

const check = (placed: Placed): Invalid[] => {
  const schema = schemas().get(placed.revision);
  if (!schema) throw new Error(`no schema for ${placed.revision}`);
  const { recorded, revision } = placed;
  const { definition, faults } = judge(placed, schema);
  return faults.length === 0 ? [] : [{ recorded, revision, definition, faults }];
};

interface Judgement {
  definition: string;
  faults: string[];
}

const by = (schema: RevisionSchema, definition: string, value: unknown): Judgement => ({
  definition,
  faults: schema.faults(definition, value),
});

const judge = (placed: Placed, schema: RevisionSchema): Judgement => {
  const { message } = placed.recorded;
  if (!isRecord(message)) return { definition: "JSONRPCMessage", faults: ["is no object"] };
  if (typeof message.method === "string") return judgeCall(placed, message.method, schema);
  if (message.error !== undefined) return judgeError(message, schema);
  return judgeResult(placed, message, schema);
};

/** A request or a notification. */
const judgeCall = (
  { recorded: { message, from } }: Placed,
  method: string,
  schema: RevisionSchema,
): Judgement => {
  const definition = schema.definitionOf(method, from);
  if (definition !== null) return by(schema, definition, message);
  const isRequest = isRecord(message) && message.id !== undefined;
  const generic = isRequest ? "JSONRPCRequest" : "JSONRPCNotification";
  // What no revision knows belongs to an extension, which is free to add methods.
  const known = [...schemas().values()].some(
    (one) => one.definitionOf(method, "client") ?? one.definitionOf(method, "server"),
  );
  if (known) return { definition: generic, faults: [`a ${from} sends no ${method} here`] };
  return by(schema, generic, message);
};

const ERROR_DEFINITIONS: Record<number, string> = {
  [-32020]: "HeaderMismatchError",
  [-32021]: "MissingRequiredClientCapabilityError",
  [-32022]: "UnsupportedProtocolVersionError",
};

const judgeError = (message: Record<string, unknown>, schema: RevisionSchema): Judgement => {
  const code = isRecord(message.error) ? message.error.code : undefined;
  const special = typeof code === "number" ? ERROR_DEFINITIONS[code] : undefined;
  const definition = [special, "JSONRPCErrorResponse", "JSONRPCError"].find(
    (name) => name !== undefined && schema.has(name),
  );
  // 2025-06-18 asks for an id even where that of the request could not be read, which JSON-RPC 2.0
  // (§5) then has as null; the newer revisions leave it out.
  const unread = definition === "JSONRPCError" && message.id === null;
  return by(schema, definition ?? "JSONRPCError", unread ? { ...message, id: 0 } : message);
};

const judgeResult = (
  { answers, recorded: { from } }: Placed,
  message: Record<string, unknown>,
  schema: RevisionSchema,
): Judgement => {
  const envelope = schema.has("JSONRPCResultResponse")
    ? "JSONRPCResultResponse"
    : "JSONRPCResponse";
  const outer = by(schema, envelope, message);
  if (outer.faults.length > 0) return outer;
  if (answers === null)
    return { definition: envelope, faults: ["answers no request that was seen"] };
  return by(schema, resultOf(answers, from, message.result, schema), message.result);
};

/** The definition of a result, by the method it answers and by the kind it says it is. */
const resultOf = (
  method: string,
  from: "client" | "server",
  result: unknown,
  schema: RevisionSchema,
): string => {
  const type = isRecord(result) ? result.resultType : undefined;
  if (type === "input_required" && schema.has("InputRequiredResult")) return "InputRequiredResult";
  // Any other kind belongs to an extension (MCP 2026-07-28, result types).
  if (typeof type === "string" && type !== "complete" && schema.has("ResultType")) return "Result";
  if (isRecord(result) && "task" in result && schema.has("CreateTaskResult"))
    return "CreateTaskResult";
  const request = schema.definitionOf(method, from === "client" ? "server" : "client");
  const own = request?.replace(/Request$/, "Result");
  return own !== undefined && schema.has(own) ? own : "EmptyResult";
};
