import type { ResourceContentWrite } from "@local-mcp/contract";
import type { ResourceRow } from "@local-mcp/database";

type Stored = Pick<
  ResourceRow,
  "contentKind" | "textContent" | "binaryContent" | "rootId" | "path"
>;

/** The content of a resource as it was written; `uriOf` names a root by its id. */
export function sourceOf(
  { contentKind, textContent, binaryContent, rootId, path }: Stored,
  uriOf: (rootId: string) => string,
): ResourceContentWrite {
  if (contentKind === "binary") {
    return { kind: "binary", base64: (binaryContent ?? Buffer.alloc(0)).toString("base64") };
  }
  if (contentKind === "text") return { kind: "text", text: textContent ?? "" };
  return { kind: "file", root: rootId === null ? "" : uriOf(rootId), path: path ?? "" };
}
