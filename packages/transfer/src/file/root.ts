import { rootCreate } from "@local-mcp/contract";
import type { Entity } from "../entity.ts";
import { newRoot, plainRootFields, seedRootWrite } from "../mapping/roots.ts";
import { defineReader } from "./entity-reader.ts";

/** A root as a file has it. */
export const rootToFile = ({ uid, fields }: Entity<"root">) => ({
  uid,
  ...plainRootFields(fields),
});

export const rootFromFile = defineReader({
  kind: "root",
  schema: seedRootWrite.omit({ associated_servers: true }),
  computed: ["associated_servers"],
  fields(sent) {
    const { profiles: _, ...fields } = rootCreate.parse(newRoot(sent));
    return fields;
  },
  places: {},
});
