import {
  MAX_RESOURCE_BYTES,
  type ResourceContentWrite,
  resourceCreate,
  type ResourceUpdate,
  resourceUpdate,
  type ResourceView,
} from "@local-mcp/contract";

export type ContentKind = ResourceView["content"]["kind"];

/** A file that was chosen to be stored. */
export interface Bytes {
  name: string;
  size: number;
  sha256: string;
  base64: string;
}

export interface ResourceDraft {
  uri: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
  kind: ContentKind;
  text: string;
  /** Null keeps what is stored. */
  bytes: Bytes | null;
  /** Id; empty where none was chosen. */
  root: string;
  path: string;
  tags: string[];
}

export const EMPTY: ResourceDraft = {
  uri: "",
  name: "",
  title: "",
  description: "",
  mimeType: "",
  kind: "text",
  text: "",
  bytes: null,
  root: "",
  path: "",
  tags: [],
};

/** A resource with its text as it was written; empty where it is none. */
export interface StoredResource {
  view: ResourceView;
  text: string;
}

export const draftOf = ({ view, text }: StoredResource): ResourceDraft => ({
  uri: view.uri,
  name: view.name,
  title: view.title ?? "",
  description: view.description,
  mimeType: view.mimeType ?? "",
  kind: view.content.kind,
  text,
  bytes: null,
  root: view.content.kind === "file" ? (view.content.root?.id ?? "") : "",
  path: view.content.kind === "file" ? view.content.path : "",
  tags: view.tags,
});

/** The names that a URI template has in braces (RFC 6570), each once. */
export const variablesOf = (uri: string): string[] => [
  ...new Set(
    [...uri.matchAll(/\{[+#./;?&]?([^{}]*)\}/g)]
      .flatMap(([, names = ""]) => names.split(","))
      .map((name) => name.replace(/(\*|:\d+)$/, ""))
      .filter((name) => name !== ""),
  ),
];

export const isTemplate = (uri: string): boolean => uri.includes("{");

/** Undefined where it is as it was. */
function contentChange(
  draft: ResourceDraft,
  before: ResourceDraft,
): ResourceContentWrite | undefined {
  const isSame = before.kind === draft.kind;
  switch (draft.kind) {
    case "text":
      return isSame && before.text === draft.text ? undefined : { kind: "text", text: draft.text };
    case "binary":
      return isSame && draft.bytes === null
        ? undefined
        : { kind: "binary", base64: draft.bytes?.base64 ?? "" };
    default:
      return isSame && before.root === draft.root && before.path === draft.path
        ? undefined
        : { kind: "file", root: draft.root, path: draft.path };
  }
}

const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

/** What differs from what is stored; of a new one, from one that is empty. */
export function changesOf(draft: ResourceDraft, stored: StoredResource | null): ResourceUpdate {
  const before = stored === null ? EMPTY : draftOf(stored);
  const content = contentChange(draft, before);
  const tagged = draft.tags.join(",") !== before.tags.join(",");
  return {
    ...(draft.uri === before.uri ? {} : { uri: draft.uri }),
    ...(draft.name === before.name ? {} : { name: draft.name }),
    ...(draft.title === before.title ? {} : { title: orNull(draft.title) }),
    ...(draft.description === before.description ? {} : { description: draft.description }),
    ...(draft.mimeType === before.mimeType ? {} : { mimeType: orNull(draft.mimeType) }),
    ...(content === undefined ? {} : { content }),
    ...(tagged ? { tags: draft.tags } : {}),
  };
}

/** What is wrong with a draft, by field; what a person has to do about its content comes first. */
export function problemsOf(
  draft: ResourceDraft,
  stored: StoredResource | null,
): Record<string, string> {
  const changes = changesOf(draft, stored);
  const problems: Record<string, string> = {};
  const checked =
    stored === null
      ? resourceCreate.safeParse({ content: { kind: "text", text: "" }, uri: "", ...changes })
      : resourceUpdate.safeParse(changes);
  for (const { path, message } of checked.error?.issues ?? []) problems[path.join(".")] ??= message;
  if (stored !== null && draft.name.trim() === "") problems["name"] = "A resource needs a name.";
  if (changes.content?.kind === "file") {
    if (draft.root === "") problems["content.root"] = "Choose the root that the file is in.";
    if (draft.path === "") problems["content.path"] = "Write where the file is in its root.";
  }
  if (changes.content?.kind === "binary" && draft.bytes === null) {
    problems["content.base64"] = "Choose a file.";
  }
  if (draft.bytes !== null && draft.bytes.size > MAX_RESOURCE_BYTES) {
    problems["content.base64"] = "A stored resource has 10 MiB at most.";
  }
  return problems;
}

/** Bytes in base64, a part at a time: a call takes only so many arguments. */
export function base64Of(bytes: Uint8Array): string {
  const PART = 32_768;
  let binary = "";
  for (let at = 0; at < bytes.length; at += PART) {
    binary += String.fromCharCode(...bytes.subarray(at, at + PART));
  }
  return btoa(binary);
}

/** What a chosen file is stored as. Only its size where it is larger than may be stored. */
export async function readBytes(file: Pick<File, "name" | "size" | "arrayBuffer">): Promise<Bytes> {
  const { name, size } = file;
  if (size > MAX_RESOURCE_BYTES) return { name, size, sha256: "", base64: "" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { name, size, sha256, base64: base64Of(bytes) };
}
