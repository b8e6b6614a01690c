import {
  type PromptArgument,
  promptCreate,
  type PromptUpdate,
  promptUpdate,
  type PromptView,
} from "@local-mcp/contract";

/** An argument as it is being edited. */
export interface ArgumentRow {
  /** Stays while its name is typed. */
  key: string;
  name: string;
  description: string;
  required: boolean;
  /** What is suggested for it, one a line. */
  values: string;
  /** What is not edited here, and kept. */
  title?: string | undefined;
}

export interface PromptDraft {
  name: string;
  title: string;
  description: string;
  template: string;
  arguments: ArgumentRow[];
  tags: string[];
}

export const EMPTY: PromptDraft = {
  name: "",
  title: "",
  description: "",
  template: "",
  arguments: [],
  tags: [],
};

export const draftOf = (prompt: PromptView): PromptDraft => ({
  name: prompt.name,
  title: prompt.title ?? "",
  description: prompt.description,
  template: prompt.template,
  arguments: prompt.arguments.map((argument) => ({
    key: argument.name,
    name: argument.name,
    description: argument.description ?? "",
    required: argument.required ?? false,
    values: (argument.values ?? []).join("\n"),
    title: argument.title,
  })),
  tags: prompt.tags,
});

/** With a row for each name; a row that is there already stays as it is. */
export function withArguments(
  rows: readonly ArgumentRow[],
  names: readonly string[],
): ArgumentRow[] {
  const keys = new Set(rows.map(({ key }) => key));
  const fresh = (wanted: string): string => {
    let key = wanted;
    for (let n = 2; keys.has(key); n += 1) key = `${wanted} ${n}`;
    keys.add(key);
    return key;
  };
  const added = names.map((name) => ({
    key: fresh(name),
    name,
    description: "",
    required: true,
    values: "",
  }));
  return [...rows, ...added];
}

/** What the template reads and no argument is called. */
export const missingArguments = (
  rows: readonly ArgumentRow[],
  variables: readonly string[],
): string[] => variables.filter((name) => !rows.some((row) => row.name === name));

/** Whether the template does without an argument; not told before the template has been read. */
export const isUnused = (row: ArgumentRow, variables: readonly string[] | null): boolean =>
  variables !== null && row.name !== "" && !variables.includes(row.name);

export const suggestionsOf = (row: ArgumentRow): string[] =>
  [...new Set(row.values.split("\n").map((value) => value.trim()))].filter((value) => value !== "");

const argumentOf = (row: ArgumentRow): PromptArgument => {
  const values = suggestionsOf(row);
  return {
    name: row.name,
    ...(row.title === undefined ? {} : { title: row.title }),
    ...(row.description === "" ? {} : { description: row.description }),
    ...(row.required ? { required: true } : {}),
    ...(values.length > 0 ? { values } : {}),
  };
};

type Fields = Required<
  Pick<PromptUpdate, "name" | "title" | "description" | "template" | "arguments" | "tags">
>;

const fieldsOf = (draft: PromptDraft): Fields => ({
  name: draft.name,
  title: draft.title.trim() === "" ? null : draft.title,
  description: draft.description,
  template: draft.template,
  arguments: draft.arguments.map(argumentOf),
  tags: draft.tags,
});

/** What differs from what is stored. */
export function changesOf(draft: PromptDraft, prompt: PromptView | null): PromptUpdate {
  const before = fieldsOf(prompt === null ? EMPTY : draftOf(prompt));
  const after = fieldsOf(draft);
  const differs = (key: keyof Fields): boolean =>
    JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  return {
    ...(differs("name") ? { name: after.name } : {}),
    ...(differs("title") ? { title: after.title } : {}),
    ...(differs("description") ? { description: after.description } : {}),
    ...(differs("template") ? { template: after.template } : {}),
    ...(differs("arguments") ? { arguments: after.arguments } : {}),
    ...(differs("tags") ? { tags: after.tags } : {}),
  };
}

/** What is wrong with a draft, by field; `arguments.1.name` for one of its rows. */
export function problemsOf(
  changes: PromptUpdate,
  prompt: PromptView | null,
): Record<string, string> {
  const checked =
    prompt === null
      ? promptCreate.safeParse({ name: "", template: "", ...changes })
      : promptUpdate.safeParse(changes);
  const problems: Record<string, string> = {};
  for (const { path, message } of checked.error?.issues ?? []) problems[path.join(".")] ??= message;
  const template = prompt === null ? (changes.template ?? "") : changes.template;
  if (template?.trim() === "") problems["template"] ??= "A prompt needs a text.";
  return problems;
}
