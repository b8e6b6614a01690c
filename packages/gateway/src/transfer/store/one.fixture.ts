import {
  profileCreate,
  promptCreate,
  resourceCreate,
  rootCreate,
  serverCreate,
  toolCreate,
} from "@local-mcp/contract";
import type { Entity } from "@local-mcp/transfer";

// One entity of each kind, with little in it.

export const UID = "0b0c6f9e-6f0f-4f43-8d2b-6a2f3f1c0001";

export const server = (
  config: object,
  { withheld = [], ...more }: { withheld?: string[] } & Record<string, unknown> = {},
): Entity<"server"> => {
  const { profiles: _, confirmed: __, ...rest } = serverCreate.parse({ name: "one", config });
  const fields = { title: "One", connections: "per_client" as const, ...rest, ...more };
  return { kind: "server", uid: UID, fields, withheld };
};
export const remote = (url: string, more: object = {}) => ({ transport: "http", url, ...more });
export const command = (more: object = {}) => ({ transport: "stdio", command: "npx", ...more });

export const tool = (more: object, withheld: string[] = []): Entity<"tool"> => {
  const { profiles: _, ...fields } = toolCreate.parse({
    name: "pets",
    url: "https://api.example/pets",
    inputSchema: { type: "object" },
    ...more,
  });
  const inputSchema = { ...fields.inputSchema, type: "object" as const };
  return { kind: "tool", uid: UID, fields: { ...fields, inputSchema }, withheld };
};
export const prompt = (more: object): Entity<"prompt"> => {
  const { profiles: _, ...fields } = promptCreate.parse({ name: "hi", template: "Hi", ...more });
  return {
    kind: "prompt",
    uid: UID,
    fields: { ...fields, arguments: fields.arguments ?? [] },
    withheld: [],
  };
};
export const root = (uri: string, more: object = {}): Entity<"root"> => {
  const { profiles: _, ...fields } = rootCreate.parse({ uri, ...more });
  return { kind: "root", uid: null, fields, withheld: [] };
};
export const resource = (content: object, more: object = {}): Entity<"resource"> => {
  const { profiles: _, ...fields } = resourceCreate.parse({
    uri: "n://x",
    name: "N",
    content,
    ...more,
  });
  return { kind: "resource", uid: UID, fields: { name: "N", ...fields }, withheld: [] };
};
export const profile = (more: object = {}): Entity<"profile"> => ({
  kind: "profile",
  uid: UID,
  fields: {
    ...profileCreate.parse({ slug: "work" }),
    name: "Work",
    active: false,
    choices: [],
    ...more,
  },
  withheld: [],
});
