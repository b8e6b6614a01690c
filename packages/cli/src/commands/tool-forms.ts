import type { HttpMethod, ToolCreate, ToolUpdate } from "@local-mcp/contract";
import { argumentPlace, GatewayError, httpMethod } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { integer, oneOf, pair, record, repeated, seconds, split, usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { askSecret } from "../prompt.ts";
import { environmentSecret, readSecret, readText } from "../values.ts";
import { readHeaders, warnLiteral } from "./server-forms.ts";
import { parseObject } from "./tool-call.ts";

/** The options by which a REST API says who asks, and what is sent with each request. */
export interface AccessOptions {
  header?: string[];
  headerFile?: string;
  headerPlain?: string[];
  query?: string[];
  queryPlain?: string[];
  bearer?: boolean;
  bearerFile?: string;
  bearerEnv?: string;
  basic?: string;
  passwordFile?: string;
  passwordEnv?: string;
  allowPrivateNetwork?: boolean;
}

/** The options by which `tools add` and `tools edit` describe a tool. */
export interface ToolOptions extends AccessOptions {
  url?: string;
  title?: string;
  description?: string;
  method?: HttpMethod;
  argIn?: string[];
  body?: ToolCreate["body"]["type"];
  bodyArgument?: string;
  inputSchema?: string;
  outputSchema?: string;
  filter?: string;
  timeout?: number;
  maxResponse?: number;
}

export const takesAccess = (command: Command): Command =>
  command
    .option("--header <K[:V]>", "secret header; K alone asks for its value", repeated)
    .option("--header-file <file>", "secret headers, one K: V a line (- reads standard input)")
    .option("--header-plain <K:V>", "header that is stored, shown and exported in clear", repeated)
    .option("--query <K[=V]>", "secret value of the query; K alone asks for it", repeated)
    .option("--query-plain <K=V>", "value of the query that is shown", repeated)
    .option("--bearer", "ask for a bearer token")
    .option("--bearer-file <file>", "bearer token from a file (- reads standard input)")
    .option("--bearer-env <NAME>", "bearer token from the environment")
    .option("--basic <user>", "user name; asks for the password")
    .option("--password-file <file>", "password from a file (- reads standard input)")
    .option("--password-env <NAME>", "password from the environment")
    .option("--allow-private-network", "it may reach this computer and its network");

export const describeTool = (command: Command): Command =>
  takesAccess(
    command
      .option("--title <title>", "what people call it")
      .option("--description <text>", "what it does; models read it")
      .option(
        "--method <GET|POST|PUT|PATCH|DELETE>",
        "HTTP method (GET)",
        oneOf("--method", httpMethod.options),
      ),
  )
    .option(
      "--arg-in <NAME=PLACE[:SENT]>",
      "where an argument goes: path, query, header or body, and what it is called there",
      repeated,
    )
    .option(
      "--body <json|form|text>",
      "how the body is written (json)",
      oneOf("--body", ["json", "form", "text"]),
    )
    .option("--body-argument <name>", "the argument that is the whole body")
    .option("--input-schema <file>", "JSON Schema of its arguments (- reads standard input)")
    .option("--output-schema <file>", "JSON Schema of its answers (- reads standard input)")
    .option("--filter <expression>", "JMESPath expression for what is kept of a JSON answer")
    .option("--timeout <seconds>", "how long a call may take", seconds("--timeout", 86_400))
    .option(
      "--max-response <bytes>",
      "how big an answer may be",
      integer("--max-response", 1024, 67_108_864),
    );

type FixedWrites = NonNullable<ToolUpdate["query"]>;

/** Undefined where nothing was given, which keeps what there is. */
const unlessEmpty = <Value>(record: Record<string, Value>): Record<string, Value> | undefined =>
  Object.keys(record).length === 0 ? undefined : record;

const plainOf = (option: string, given: readonly string[] = [], separator = "="): FixedWrites =>
  record(
    option,
    given.map((text) => {
      const [name, value] = pair(option, text, separator);
      return [name.trim(), { value: value.trim(), plain: true }];
    }),
  );

const readQuery = async (cli: Cli, given: readonly string[] = []): Promise<FixedWrites> => {
  const query: [string, FixedWrites[string]][] = [];
  const literal: string[] = [];
  const asked = record(
    "--query",
    given.map((one) => split(one, "=")),
  );
  for (const [name, written] of Object.entries(asked)) {
    if (written !== undefined) literal.push(name);
    else if (!isInteractive(cli.io)) {
      throw usage(`--query ${name} asks for the value on a terminal.`);
    }
    const value = written ?? (await askSecret(cli.io, `Value of ${name}: `));
    query.push([name, { value, plain: false }]);
  }
  warnLiteral(cli, literal, "--query NAME, which asks for it");
  return Object.fromEntries(query);
};

/** @throws GatewayError usage where it is given in several ways, or there is nobody to ask */
const readOne = async (
  cli: Cli,
  option: string,
  question: string,
  from: { file: string | undefined; variable: string | undefined },
): Promise<string> => {
  const { file, variable } = from;
  if (file !== undefined && variable !== undefined) {
    throw usage(`Give one of ${option}-file and ${option}-env.`);
  }
  if (file !== undefined) return readSecret(cli.io, file);
  if (variable !== undefined) {
    const value = await environmentSecret(cli.io, variable);
    if (value !== undefined) return value;
    throw usage(`${option}-env ${variable} takes it from the environment, where it is not set.`);
  }
  if (isInteractive(cli.io)) return askSecret(cli.io, question);
  throw usage(`It is asked for on a terminal; use ${option}-file or ${option}-env here.`);
};

const readAuth = async (cli: Cli, options: AccessOptions): Promise<ToolUpdate["auth"]> => {
  const { bearer, bearerFile, bearerEnv, basic, passwordFile, passwordEnv } = options;
  const isBearer = (bearer ?? bearerFile ?? bearerEnv) !== undefined;
  const hasPassword = (passwordFile ?? passwordEnv) !== undefined;
  if (isBearer && (basic !== undefined || hasPassword)) {
    throw usage("Give a bearer token or --basic, not both.");
  }
  if (basic === undefined && hasPassword) throw usage("A password belongs to --basic USER.");
  if (isBearer) {
    const from = { file: bearerFile, variable: bearerEnv };
    return { type: "bearer", token: await readOne(cli, "--bearer", "Token: ", from) };
  }
  if (basic === undefined) return undefined;
  const from = { file: passwordFile, variable: passwordEnv };
  const password = await readOne(cli, "--password", "Password: ", from);
  return { type: "basic", username: basic, password };
};

export interface Access {
  headers: FixedWrites | undefined;
  query: FixedWrites | undefined;
  auth: ToolUpdate["auth"];
}

export const readAccess = async (cli: Cli, options: AccessOptions): Promise<Access> => {
  const secret = Object.entries(await readHeaders(cli, options));
  const headers: FixedWrites = {
    ...Object.fromEntries(secret.map(([name, value]) => [name, { value, plain: false }])),
    ...plainOf("--header-plain", options.headerPlain, ":"),
  };
  const query = {
    ...(await readQuery(cli, options.query)),
    ...plainOf("--query-plain", options.queryPlain),
  };
  return {
    headers: unlessEmpty(headers),
    query: unlessEmpty(query),
    auth: await readAuth(cli, options),
  };
};

const readPlaces = (given: readonly string[] | undefined): ToolUpdate["arguments"] =>
  given &&
  record(
    "--arg-in",
    given.map((text) => {
      const [argument, where] = pair("--arg-in", text);
      const [place, name] = split(where, ":");
      return [argument, { in: oneOf("--arg-in", argumentPlace.shape.in.options)(place), name }];
    }),
  );

const readSchema = async (cli: Cli, option: string, file: string | undefined) => {
  if (file === undefined) return undefined;
  const what = `file of ${option}`;
  const { type = "object", ...schema } = parseObject(what, await readText(cli.io, file));
  if (type === "object") return { ...schema, type: "object" as const };
  throw new GatewayError("validation_failed", {
    detail: `The “type” in the ${what} has to be “object”.`,
  });
};

/** What the options say of a tool; what was not given is not there. */
export const readTool = async (cli: Cli, options: ToolOptions) => {
  const { body, bodyArgument } = options;
  return {
    ...(await readAccess(cli, options)),
    url: options.url,
    title: options.title,
    description: options.description,
    method: options.method,
    arguments: readPlaces(options.argIn),
    body:
      body === undefined && bodyArgument === undefined
        ? undefined
        : { type: body ?? "json", whole: bodyArgument ?? null },
    inputSchema: await readSchema(cli, "--input-schema", options.inputSchema),
    outputSchema: await readSchema(cli, "--output-schema", options.outputSchema),
    responseFilter: options.filter,
    timeoutMs: options.timeout,
    maxResponseBytes: options.maxResponse,
    allowPrivateNetwork: options.allowPrivateNetwork,
  };
};
