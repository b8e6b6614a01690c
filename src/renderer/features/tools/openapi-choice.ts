import {
  localName,
  type OpenApiImport,
  openApiImport,
  type OpenApiOperation,
  type OpenApiView,
} from "@local-mcp/contract";

/** How the imported tools show who they are, as it stands in the fields. */
export interface OpenApiSignIn {
  type: "none" | "bearer" | "basic" | "header" | "query";
  /** Of the header or query value. */
  parameter: string;
  username: string;
  secret: string;
}

/** What is to become of a document, as it stands in the fields. */
export interface OpenApiChoice {
  /** Keys of operations. */
  chosen: ReadonlySet<string>;
  /** Names that a person wrote, by key. */
  names: Readonly<Record<string, string>>;
  baseUrl: string;
  signIn: OpenApiSignIn;
  allowPrivateNetwork: boolean;
  tags: string[];
  profiles: string[];
}

/** Sentences by field; of an operation's name as `operations:KEY`. */
export type ChoiceProblems = Partial<Record<string, string>>;

/** With more than this a model would rather be given those that are needed. */
const CHOSEN_AT_FIRST = 20;

/** What is proposed for a document. */
export function firstChoice({ operations, servers, auth }: OpenApiView): OpenApiChoice {
  const usable = operations.filter(({ problem, deprecated }) => problem === null && !deprecated);
  const asked = auth.find(({ type }) => type !== "other");
  return {
    chosen: new Set(usable.length > CHOSEN_AT_FIRST ? [] : usable.map(({ key }) => key)),
    names: {},
    baseUrl: servers[0] ?? "",
    signIn: {
      type: asked === undefined || asked.type === "other" ? "none" : asked.type,
      parameter: asked?.parameter ?? "",
      username: "",
      secret: "",
    },
    allowPrivateNetwork: false,
    tags: [],
    profiles: [],
  };
}

/** What a tool would be called. */
export const nameOf = ({ key, name }: OpenApiOperation, { names }: OpenApiChoice): string =>
  names[key] ?? name;

/** What is to be imported, or what keeps it from that. */
export function readChoice(
  text: string,
  view: OpenApiView,
  choice: OpenApiChoice,
): { wanted: OpenApiImport; problems: null } | { wanted: null; problems: ChoiceProblems } {
  const { signIn, baseUrl, allowPrivateNetwork, tags, profiles } = choice;
  const chosen = view.operations.filter(({ key }) => choice.chosen.has(key));
  const problems: ChoiceProblems = { ...signInProblems(signIn) };
  if (baseUrl.trim() === "") problems.baseUrl = "Write the address that its paths follow.";
  for (const operation of chosen) {
    const name = nameOf(operation, choice);
    const named = localName.safeParse(name);
    const isTwice = chosen.some(
      (other) => other.key !== operation.key && nameOf(other, choice) === name,
    );
    if (!named.success)
      problems[`operations:${operation.key}`] = named.error.issues[0]?.message ?? "";
    else if (isTwice)
      problems[`operations:${operation.key}`] = `“${name}” is there more than once.`;
  }
  if (chosen.length === 0) problems.operations = "Choose what is to become a tool.";
  if (Object.keys(problems).length > 0) return { wanted: null, problems };
  const { type, parameter, username, secret } = signIn;
  const fixed = { [parameter]: { value: secret, plain: false } };
  return {
    wanted: openApiImport.parse({
      text,
      operations: chosen.map((operation) => ({
        key: operation.key,
        name: nameOf(operation, choice),
      })),
      baseUrl: baseUrl.trim(),
      ...(type === "bearer" && { auth: { type, token: secret } }),
      ...(type === "basic" && { auth: { type, username, password: secret } }),
      ...(type === "header" && { headers: fixed }),
      ...(type === "query" && { query: fixed }),
      allowPrivateNetwork,
      tags,
      profiles,
    }),
    problems: null,
  };
}

function signInProblems({ type, secret }: OpenApiSignIn): ChoiceProblems {
  if (type === "none" || secret !== "") return {};
  return { auth: "Enter it, or choose None and add it to each tool later." };
}

/** Operations in which every word of a filter is found. */
export function shownOperations(
  operations: readonly OpenApiOperation[],
  filter: string,
): OpenApiOperation[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter(({ key, name, summary, tags }) => {
    const text = [key, name, summary ?? "", ...tags].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
