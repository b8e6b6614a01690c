import { SECRET_MARK, serverCreate, type ServerCreate, type Transport } from "@local-mcp/contract";
import { nameProblem } from "./paste-rows.ts";

/** One variable or header that is being written. */
export interface DraftPair {
  id: number;
  name: string;
  value: string;
  /** It is shown: a variable that is no secret, a header that is a template. */
  plain: boolean;
}

/** A server as a person fills it in. */
export interface ServerDraft {
  name: string;
  transport: Transport;
  command: string;
  /** One argument per line. */
  args: string;
  cwd: string;
  env: DraftPair[];
  url: string;
  headers: DraftPair[];
  /** Values of the `${secret:name}` marks in headers. */
  secrets: Record<string, string>;
}

export const EMPTY_DRAFT: ServerDraft = {
  name: "",
  transport: "stdio",
  command: "",
  args: "",
  cwd: "",
  env: [],
  url: "",
  headers: [],
  secrets: {},
};

/** Sentences by field; a variable or header by its kind and id, as `env:3`. */
export type DraftProblems = Partial<Record<string, string>>;

export const addPair = (
  pairs: readonly DraftPair[],
  part: Partial<Omit<DraftPair, "id">> = {},
): DraftPair[] => [
  ...pairs,
  { name: "", value: "", plain: false, ...part, id: Math.max(0, ...pairs.map(({ id }) => id)) + 1 },
];

/** Names of the `${secret:name}` marks in the headers, each of which is given a value. */
export const draftMarks = ({ transport, headers }: ServerDraft): string[] =>
  transport === "stdio"
    ? []
    : [...new Set(headers.flatMap(({ value }) => [...value.matchAll(SECRET_MARK)]).map(nameIn))];

const nameIn = ([, name = ""]: RegExpMatchArray): string => name;

/** How many of its values are kept in the vault. */
export function draftSecrets(draft: ServerDraft): number {
  const { transport, env, url, headers } = draft;
  if (transport === "stdio") return env.filter(({ plain, value }) => !plain && value !== "").length;
  const { searchParams, username, password } = URL.canParse(url)
    ? new URL(url)
    : new URL("http://localhost");
  const inUrl = searchParams.size + (username === "" && password === "" ? 0 : 1);
  return (
    inUrl +
    headers.filter(({ plain, value }) => !plain && value !== "").length +
    draftMarks(draft).length
  );
}

/** What the draft amounts to, or what keeps it from being added. */
export function readDraft(
  draft: ServerDraft,
  names: ReadonlySet<string>,
): { server: ServerCreate; problems: null } | { server: null; problems: DraftProblems } {
  const problems: DraftProblems = {};
  const nameIsWrong = nameProblem(draft.name, names);
  if (nameIsWrong !== null) problems.name = nameIsWrong;
  if (draft.transport === "stdio" && draft.command.trim() === "")
    problems.command = "Write the program to run, for example npx.";
  const kind = draft.transport === "stdio" ? "env" : "headers";
  const pairs = draft[kind].filter(({ name, value }) => name !== "" || value !== "");
  for (const { id, name } of pairs) {
    if (pairs.some((other) => other.id !== id && other.name === name))
      problems[`${kind}:${id}`] = `“${name}” stands here more than once.`;
  }
  const marks = draftMarks(draft);
  for (const mark of marks)
    if (!draft.secrets[mark]) problems[`secrets:${mark}`] = "Enter a value.";
  for (const { id, plain, value } of pairs) {
    if (kind === "headers" && plain && !value.includes("${secret:"))
      problems[`headers:${id}`] = "Write ${secret:name} where a secret goes, or untick “Template”.";
  }
  const parsed = serverCreate.safeParse({
    name: draft.name,
    config: configOf(draft, pairs),
    secrets: Object.fromEntries(marks.map((mark) => [mark, draft.secrets[mark] ?? ""])),
  });
  for (const issue of parsed.error?.issues ?? []) {
    const field = fieldOf(issue.path, kind, pairs);
    // A key that is refused says why in the issues of the key itself.
    const [inner] = issue.code === "invalid_key" ? issue.issues : [];
    if (field !== null) problems[field] ??= inner?.message ?? issue.message;
  }
  return parsed.success && Object.keys(problems).length === 0
    ? { server: parsed.data, problems: null }
    : { server: null, problems };
}

const configOf = (draft: ServerDraft, pairs: readonly DraftPair[]) =>
  draft.transport === "stdio"
    ? {
        transport: draft.transport,
        command: draft.command.trim(),
        args: draft.args.split("\n").filter((line) => line !== ""),
        cwd: draft.cwd.trim() === "" ? null : draft.cwd.trim(),
        env: Object.fromEntries(pairs.map(({ name, value, plain }) => [name, { value, plain }])),
      }
    : {
        transport: draft.transport,
        url: draft.url.trim(),
        headers: Object.fromEntries(pairs.map(({ name, value }) => [name, value])),
      };

function fieldOf(
  path: readonly PropertyKey[],
  kind: "env" | "headers",
  pairs: readonly DraftPair[],
): string | null {
  const [first, field, key] = path;
  if (first !== "config") return typeof first === "string" ? first : null;
  if (field !== kind) return typeof field === "string" ? field : null;
  const pair = pairs.find(({ name }) => name === key);
  return pair ? `${kind}:${pair.id}` : null;
}
