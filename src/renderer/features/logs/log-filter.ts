import {
  formatLogTerm,
  LOG_KEYS,
  LOG_NAME_KEYS,
  type LogKeyName,
  type LogNameKey,
  type LogTerm,
  parseLogQuery,
} from "@local-mcp/contract";

/** A filter as it is edited: terms that are done, and what is being typed. */
export interface EditedFilter {
  /** Each as its text. */
  chips: string[];
  draft: string;
}

/** A chip is what has a key; words stay where they are typed. */
const isChip = ({ type }: LogTerm): boolean => type !== "text";

/** The terms of a text that are done become chips; all else stays to be typed at. */
export function splitFilter(text: string, now: number): EditedFilter {
  const chips: string[] = [];
  let draft = "";
  let at = 0;
  for (const term of parseLogQuery(text, now).terms.filter(isChip)) {
    draft += text.slice(at, term.start);
    chips.push(text.slice(term.start, term.end));
    at = term.end;
  }
  draft += text.slice(at);
  return { chips, draft: draft.replaceAll(/\s+/g, " ").trimStart() };
}

export const joinFilter = ({ chips, draft }: EditedFilter): string =>
  [...chips, draft.trim()].filter((part) => part !== "").join(" ");

/** What is typed becomes chips as far as it is done. */
export function settled({ chips, draft }: EditedFilter, now: number): EditedFilter {
  const split = splitFilter(draft, now);
  return { chips: [...chips, ...split.chips], draft: split.draft };
}

/** The last chip is typed at again. */
export const reopened = ({ chips, draft }: EditedFilter): EditedFilter => ({
  chips: chips.slice(0, -1),
  draft: [chips.at(-1) ?? "", draft].join(draft === "" ? "" : " "),
});

/** What is shown unless the filter says otherwise: what clients asked. */
const REQUESTS = "kind:request";
/** Who asks for them wants to see more than requests. */
const OWN_KINDS: readonly LogNameKey[] = ["kind", "linked"];

/** What is asked for. @param everything rows of every kind */
export function filterFor(text: string, everything: boolean, now: number): string {
  return everything || namesKind(text, now) ? text : [text, REQUESTS].filter(Boolean).join(" ");
}

/** Whether a filter says itself which kinds of rows it shows. */
export const namesKind = (text: string, now: number): boolean =>
  parseLogQuery(text, now).terms.some(
    (term) => term.type === "name" && OWN_KINDS.includes(term.key),
  );

/** Whether it takes long to know what matches, since messages have to be looked at. */
export const isAboutMessages = (text: string, now: number): boolean =>
  parseLogQuery(text, now).terms.some(({ type }) => type === "text" || type === "contains");

/** What is being typed, at the end of a text. */
export interface TypedWord {
  start: number;
  not: boolean;
  /** Null while no colon was typed. */
  key: LogKeyName | null;
  /** Values before the last comma, as they are written. */
  before: string;
  /** What was typed of a key or value. */
  prefix: string;
}

const LAST_WORD = /(?:^|\s)((?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|$))*)$/;
const KEY_AND_VALUE = /^([a-z_]+):(.*,)?([^,]*)$/is;

export function typedWord(draft: string): TypedWord {
  const word = LAST_WORD.exec(draft)?.[1] ?? "";
  const start = draft.length - word.length;
  const not = word.startsWith("-");
  const text = not ? word.slice(1) : word;
  const [, name, before = "", typed = ""] = KEY_AND_VALUE.exec(text) ?? [];
  const key = LOG_KEYS.find((one) => one.key === name?.toLowerCase())?.key ?? null;
  if (key === null) return { start, not, key, before: "", prefix: text };
  return { start, not, key, before, prefix: typed.replace(/^"/, "").replace(/"$/, "") };
}

/** Something that could be typed next. */
export interface Suggestion {
  /** As it is shown. */
  text: string;
  /** What it is for. */
  note: string;
  /** The draft once it was chosen. */
  draft: string;
}

/** Keys that begin as what was typed. */
export function keySuggestions(draft: string): Suggestion[] {
  const { start, not, prefix } = typedWord(draft);
  return LOG_KEYS.filter(({ key }) => key.startsWith(prefix.toLowerCase())).map(
    ({ key, sentence }) => ({
      text: `${key}:`,
      note: sentence,
      draft: `${draft.slice(0, start)}${not ? "-" : ""}${key}:`,
    }),
  );
}

/**
 * Values that begin as what was typed.
 *
 * @param known what the gateway has seen of a key whose values are not given
 */
export function valueSuggestions(draft: string, known: readonly string[]): Suggestion[] {
  const word = typedWord(draft);
  const entry = LOG_KEYS.find(({ key }) => key === word.key);
  const name = LOG_NAME_KEYS.find((key) => key === word.key);
  if (entry === undefined) return [];
  const values = entry.values.length > 0 ? entry.values : known;
  const fitting = values.filter((value) =>
    value.toLowerCase().startsWith(word.prefix.toLowerCase()),
  );
  if (name === undefined || fitting.length === 0) {
    return word.prefix === ""
      ? [{ text: `${entry.key}:${entry.example}`, note: entry.sentence, draft }]
      : [];
  }
  return fitting.map((value) => {
    const term = formatLogTerm({ type: "name", key: name, values: [value], not: false });
    const text = term.slice(name.length + 1);
    const done = `${word.not ? "-" : ""}${name}:${word.before}${text} `;
    return { text: value, note: "", draft: draft.slice(0, word.start) + done };
  });
}
