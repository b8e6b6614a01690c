import {
  profileCreate,
  promptCreate,
  resourceCreate,
  rootCreate,
  serverCreate,
  toolCreate,
} from "@local-mcp/contract";
import type { Configuration, Entity } from "../entity.ts";

// A small configuration whose profile `dev` needs one of each kind.

const FILE_ROOT = "file:///srv/docs";

export const uidOf = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

export const tool = (number: number, name: string, more: object = {}): Entity<"tool"> => {
  const { profiles: _, ...fields } = toolCreate.parse({
    name,
    url: `https://api.example.com/${name}`,
    inputSchema: { type: "object" },
    ...more,
  });
  const { inputSchema = { type: "object" } } = fields;
  return { kind: "tool", uid: uidOf(number), fields: { ...fields, inputSchema }, withheld: [] };
};

export const server = (number: number, name: string, more: object = {}): Entity<"server"> => {
  const {
    profiles: _,
    confirmed: _confirmed,
    ...fields
  } = serverCreate.parse({
    name,
    config: { transport: "http", url: `https://${name}.example.com/mcp` },
    ...more,
  });
  const { title = name, connections = "per_client" } = fields;
  return {
    kind: "server",
    uid: uidOf(number),
    fields: { ...fields, title, connections },
    withheld: [],
  };
};

export const prompt = (number: number, name: string, more: object = {}): Entity<"prompt"> => {
  const { profiles: _, ...fields } = promptCreate.parse({ name, template: "Hello", ...more });
  const { arguments: given = [] } = fields;
  return {
    kind: "prompt",
    uid: uidOf(number),
    fields: { ...fields, arguments: given },
    withheld: [],
  };
};

export const resource = (number: number, uri: string, more: object = {}): Entity<"resource"> => {
  const { profiles: _, ...fields } = resourceCreate.parse({
    uri,
    content: { kind: "text", text: "x" },
    ...more,
  });
  const { name = uri } = fields;
  return { kind: "resource", uid: uidOf(number), fields: { ...fields, name }, withheld: [] };
};

export const root = (number: number, uri: string, more: object = {}): Entity<"root"> => {
  const { profiles: _, ...fields } = rootCreate.parse({ uri, ...more });
  return { kind: "root", uid: uidOf(number), fields, withheld: [] };
};

export const profile = (number: number, slug: string, more: object = {}): Entity<"profile"> => {
  const fields = profileCreate.parse({ slug, ...more });
  const { name = slug } = fields;
  return {
    kind: "profile",
    uid: uidOf(number),
    fields: { ...fields, name, active: false, choices: [] },
    withheld: [],
  };
};

/** The secrets of it are `token-of-a-tool` and `key-of-a-server`. */
export const configuration: Configuration = {
  root: [
    root(10, FILE_ROOT, { name: "Docs" }),
    root(11, "https://example.com/team/", { enabled: false, tags: ["prod"] }),
  ],
  server: [
    server(20, "east", {
      title: "Production East",
      config: {
        transport: "http",
        url: "https://east.example.com/mcp",
        headers: { "X-Key": "key-of-a-server" },
      },
    }),
    server(21, "west", { title: "Production West", tags: ["prod"] }),
  ],
  tool: [
    tool(30, "off", { enabled: false, tags: ["prod"] }),
    tool(31, "translate", { tags: ["text"] }),
    tool(32, "weather", {
      tags: ["prod", "text"],
      auth: { type: "bearer", token: "token-of-a-tool" },
    }),
  ],
  resource: [
    resource(40, "docs://guide", { content: { kind: "file", root: FILE_ROOT, path: "guide.md" } }),
    resource(41, "notes://one", { tags: ["prod"] }),
  ],
  profile: [
    profile(50, "prod", { tags: ["prod"], servers: ["west"] }),
    profile(51, "dev", {
      name: "Development",
      tags: ["dev"],
      servers: ["east"],
      tools: ["off", "gone"],
      prompts: ["greet"],
      resources: ["docs://guide"],
      roots: ["https://example.com/team/"],
    }),
  ],
  prompt: [prompt(60, "greet"), prompt(61, "summarise", { tags: ["prod"], title: "Sum up" })],
};
