import { resourceCreate } from "@local-mcp/contract";
import type { Entity } from "../entity.ts";
import { newResource, plainResourceFields, seedResourceWrite } from "../mapping/resources.ts";
import { defineReader } from "./entity-reader.ts";

/** A resource as a file has it, with its content. */
export function resourceToFile({ uid, fields }: Entity<"resource">) {
  const { content } = fields;
  return {
    uid,
    ...plainResourceFields(fields),
    content: content.kind === "text" ? content.text : null,
    blob: content.kind === "binary" ? content.base64 : null,
    file: content.kind === "file" ? { root: content.root, path: content.path } : null,
  };
}

export const resourceFromFile = defineReader({
  kind: "resource",
  schema: seedResourceWrite.omit({ associated_servers: true }),
  computed: ["associated_servers", "size"],
  fields(sent) {
    const { profiles: _, ...fields } = resourceCreate.parse(newResource(sent));
    return fields;
  },
  places: { mimeType: "mime_type", "content.base64": "blob", "content.path": "file" },
});
