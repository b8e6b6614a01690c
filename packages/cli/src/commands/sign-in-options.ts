import {
  type ServerUpdate,
  SIGN_IN_KIND_WORDS,
  type SignInConfigView,
  type SignInKind,
  type SignInWrite,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { integer, oneOf, pair, repeated, usage, words } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { askSecret } from "../prompt.ts";
import { readSecret } from "../values.ts";

/** The options by which `servers add` and `servers edit` say how a server is signed in to. */
export interface SignInOptions {
  signIn?: keyof typeof KINDS;
  clientId?: string;
  clientSecret?: boolean;
  clientSecretFile?: string;
  clientSecretStdin?: boolean;
  privateKeyFile?: string;
  clientMetadataUrl?: string;
  issuer?: string;
  scope?: string[];
  parameter?: string[];
  redirectPort?: number;
}

/** What `servers edit` takes back. */
export interface UnsetSignInOptions {
  unsetSignIn?: UnsetWord[];
  unsetParameter?: string[];
}

/** As they are typed, and as the API calls them. */
const KINDS = {
  person: "person",
  "client-credentials": "client_credentials",
  off: "off",
} as const satisfies Record<string, SignInKind>;
const KIND_WORDS = ["person", "client-credentials", "off"] as const;

const UNSET_WORDS = [
  "kind",
  "client-id",
  "client-secret",
  "private-key",
  "client-metadata-url",
  "issuer",
  "scope",
  "redirect-port",
  "all",
] as const;
type UnsetWord = (typeof UNSET_WORDS)[number];
const FIELDS: Record<Exclude<UnsetWord, "all">, Exclude<keyof SignInWrite, "parameters">> = {
  kind: "kind",
  "client-id": "clientId",
  "client-secret": "clientSecret",
  "private-key": "privateKey",
  "client-metadata-url": "clientMetadataUrl",
  issuer: "issuer",
  scope: "scopes",
  "redirect-port": "redirectPort",
};

export const takesSignIn = (command: Command): Command =>
  command
    .option(
      "--sign-in <person|client-credentials|off>",
      "who signs in where the server asks for it: a person (the default), the gateway itself with a client's credentials, or nobody",
      oneOf("--sign-in", KIND_WORDS),
    )
    .option("--client-id <id>", "id of a client that is registered by hand")
    .option("--client-secret", "ask for the secret of that client")
    .option("--client-secret-file <file>", "secret of that client from a file")
    .option("--client-secret-stdin", "secret of that client from standard input")
    .option("--private-key-file <file>", "private key of that client, PEM (- reads standard input)")
    .option("--client-metadata-url <url>", "client ID metadata document, in place of a client id")
    .option("--issuer <url>", "authorization server, where the server does not name it")
    .option("--scope <scope>", "scope to ask for, in place of what the server asks for", repeated)
    .option(
      "--parameter <K=V>",
      "sent along when signing in; shown, so secrets go in as ${secret:NAME}",
      repeated,
    )
    .option(
      "--redirect-port <port>",
      "port on 127.0.0.1 to which the browser is sent back, where a client's registration names one",
      integer("--redirect-port", 1024, 65_535),
    );

const unsetWords = (word: string, before: UnsetWord[] = []): UnsetWord[] => [
  ...before,
  oneOf("--unset-sign-in", UNSET_WORDS)(word),
];

export const takesUnsetSignIn = (command: Command): Command =>
  command
    .option(
      "--unset-sign-in <FIELD>",
      `forget how it is signed in to: ${UNSET_WORDS.join(", ")}`,
      unsetWords,
    )
    .option("--unset-parameter <K>", "forget a parameter of the sign-in", repeated);

/** Whether any of these options was given. */
const isAnyGiven = (options: SignInOptions): boolean =>
  [
    options.signIn,
    options.clientId,
    options.clientSecret,
    options.clientSecretFile,
    options.clientSecretStdin,
    options.privateKeyFile,
    options.clientMetadataUrl,
    options.issuer,
    options.scope,
    options.parameter,
    options.redirectPort,
  ].some((value) => value !== undefined);

/**
 * Refuses these options beside a command; quotes no word, since a secret that was typed behind
 * `--client-secret` is taken for one.
 *
 * @throws GatewayError usage
 */
export const refuseForCommand = (options: SignInOptions): void => {
  if (options.clientSecret === true) {
    throw usage(
      "“--client-secret” asks for the secret and takes none from the command line, which the shell remembers.",
    );
  }
  if (isAnyGiven(options)) {
    throw usage("--sign-in and the options that belong to it are for a server with a --url.");
  }
};

const readClientSecret = async (
  cli: Cli,
  { clientSecret, clientSecretFile, clientSecretStdin }: SignInOptions,
): Promise<string | undefined> => {
  const ways = [clientSecret, clientSecretFile, clientSecretStdin];
  if (ways.filter((way) => way !== undefined).length > 1) {
    throw usage("Give one of --client-secret, --client-secret-file and --client-secret-stdin.");
  }
  if (clientSecretFile !== undefined) return readSecret(cli.io, clientSecretFile);
  if (clientSecretStdin) return readSecret(cli.io, "-");
  if (clientSecret !== true) return undefined;
  if (!isInteractive(cli.io)) {
    throw usage(
      "“--client-secret” asks on a terminal; use --client-secret-file or --client-secret-stdin here.",
    );
  }
  return askSecret(cli.io, "Client secret: ");
};

/** What the options say; undefined where none was given. */
export const readSignIn = async (
  cli: Cli,
  options: SignInOptions,
): Promise<SignInWrite | undefined> => {
  if (!isAnyGiven(options)) return undefined;
  const { signIn, privateKeyFile, scope, parameter } = options;
  return {
    kind: signIn && KINDS[signIn],
    clientId: options.clientId,
    clientSecret: await readClientSecret(cli, options),
    privateKey: privateKeyFile === undefined ? undefined : await readSecret(cli.io, privateKeyFile),
    clientMetadataUrl: options.clientMetadataUrl,
    issuer: options.issuer,
    // As they stand in documentation: with spaces between them.
    scopes: scope?.flatMap(words),
    parameters:
      parameter && Object.fromEntries(parameter.map((given) => pair("--parameter", given))),
    redirectPort: options.redirectPort,
  };
};

/** The same with what is taken back; null goes back to what the server says of itself. */
export const readSignInChange = async (
  cli: Cli,
  { unsetSignIn = [], unsetParameter = [], ...options }: SignInOptions & UnsetSignInOptions,
): Promise<ServerUpdate["signIn"]> => {
  const given = await readSignIn(cli, options);
  if (unsetSignIn.includes("all")) {
    if (given === undefined && unsetParameter.length === 0) return null;
    throw usage("--unset-sign-in all takes everything back; set something in another command.");
  }
  const cleared: SignInWrite = {};
  for (const word of unsetSignIn) {
    if (word === "all") continue;
    if (given?.[FIELDS[word]] !== undefined) {
      throw usage(`What --unset-sign-in ${word} takes back is set in the same command.`);
    }
    cleared[FIELDS[word]] = null;
  }
  const parameters = {
    ...Object.fromEntries(unsetParameter.map((name) => [name, null])),
    ...given?.parameters,
  };
  if (given === undefined && unsetSignIn.length === 0 && unsetParameter.length === 0) {
    return undefined;
  }
  return { ...given, ...cleared, parameters };
};

const secretText = (secret: { set: boolean; hint: string | null } | null): string | null => {
  if (secret === null) return null;
  if (!secret.set) return "No value";
  return secret.hint === null ? "Stored" : `Stored · ends in ${secret.hint}`;
};

/** What differs from the usual, a line each; null where nothing does. */
export const signInConfigText = (signIn: SignInConfigView): string | null => {
  const { kind, clientId, clientMetadataUrl, issuer, scopes, parameters, redirectPort } = signIn;
  const rows: [string, string | null][] = [
    ["Who", kind === "person" ? null : SIGN_IN_KIND_WORDS[kind]],
    ["Client id", clientId],
    ["Client secret", secretText(signIn.clientSecret)],
    ["Private key", secretText(signIn.privateKey)],
    ["Client metadata", clientMetadataUrl],
    ["Authorization server", issuer],
    ["Scopes", scopes && (scopes.join(" ") || "none")],
    ...Object.entries(parameters).map(([name, value]): [string, string] => [
      `Parameter ${name}`,
      value,
    ]),
    ["Redirect port", redirectPort === null ? null : String(redirectPort)],
  ];
  const lines = rows.flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return lines.length === 0 ? null : lines.join("\n");
};
