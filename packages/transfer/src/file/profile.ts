import { customization, profileCreate } from "@local-mcp/contract";
import { z } from "zod";
import type { Choice, Entity } from "../entity.ts";
import { newProfile, plainProfileFields, seedServerWrite } from "../mapping/servers.ts";
import { defineReader } from "./entity-reader.ts";

/** A profile as a file has it, where it is a server. */
export const profileToFile = ({ uid, fields }: Entity<"profile">) => ({
  uid,
  ...plainProfileFields(fields),
  // The seeds have it at every server. A profile shows itself to nobody.
  auth_type: null,
  customizations: fields.choices.map(({ server, kind, original, enabled, name, description }) => ({
    server,
    kind,
    original,
    enabled,
    name,
    description,
  })),
});

const choice = customization.transform(
  ({ enabled = true, name = null, description = null, ...of }): Choice => ({
    ...of,
    enabled,
    name,
    description,
  }),
);

export const profileFromFile = defineReader({
  kind: "profile",
  schema: seedServerWrite.extend({
    active: z.boolean().default(false),
    auth_type: z.literal("none").nullable().default(null),
    customizations: z.array(choice).default([]),
  }),
  computed: ["capabilities", "url"],
  fields({ active, customizations, auth_type: _type, ...sent }) {
    const { name, ...fields } = profileCreate.parse(newProfile(sent));
    return { ...fields, name: name ?? fields.slug, active, choices: customizations };
  },
  places: {},
});
