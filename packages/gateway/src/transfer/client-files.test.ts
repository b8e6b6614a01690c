import { type Entity, type ReadFile, secretsOf } from "@local-mcp/transfer";
import { describe, expect, it } from "vitest";
import { isOurselves } from "../servers/recognize/ourselves.ts";
import { readClientFile } from "./client-files.ts";

const launcher = { command: "/opt/gateway/node", args: ["/opt/gateway/cli.mjs"] };
const OPTIONS = {
  home: "/home/ada",
  isOurselves: (reach: Parameters<typeof isOurselves>[0]) =>
    isOurselves(reach, { url: "http://127.0.0.1:4444", launcher }),
};

async function read(text: string, isLeft = false): Promise<ReadFile> {
  const parsed = readClientFile(text, OPTIONS);
  if (parsed === null) throw new Error("It is no file of a client.");
  expect(parsed).toMatchObject({ format: "client", sealed: { count: 0, with: null } });
  return parsed.open(isLeft ? null : {});
}

const servers = (file: ReadFile): Entity<"server">[] =>
  file.entities.flatMap(({ entity }) => (entity?.kind === "server" ? [entity] : []));

const CLAUDE_DESKTOP = `{
  "globalShortcut": "Ctrl+Space",
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "\${HOME}/Desktop"]
    },
    "Brave Search": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-brave-search"],
      "env": { "BRAVE_API_KEY": "brave-key-1" }
    }
  }
}`;

const CLAUDE_CODE = `{
  "mcpServers": {
    "github": {
      "type": "http",
      "url": "https://api.githubcopilot.com/mcp/",
      "headers": { "Authorization": "Bearer \${GITHUB_TOKEN}" }
    },
    "db": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "@bytebase/dbhub", "--dsn", "postgresql://ada:db-pw@localhost/app"],
      "env": {}
    }
  }
}`;

const CURSOR = `{
  "mcpServers": {
    "linear": { "url": "https://mcp.linear.app/sse" },
    "notion": {
      "url": "https://mcp.notion.com/mcp?key=notion-key",
      "headers": { "X-Api-Key": "\${env:NOTION_KEY}" }
    },
    "local-mcp-gateway": { "url": "http://127.0.0.1:4444/mcp" }
  }
}`;

const WINDSURF = `{
  "mcpServers": {
    "figma": { "serverUrl": "https://mcp.figma.com/mcp", "disabled": true },
    "memory": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"], "disabledTools": ["x"] }
  }
}`;

const VS_CODE = `\uFEFF{
  // Asked for once.
  "inputs": [
    { "type": "promptString", "id": "perplexity-key", "description": "Key", "password": true },
  ],
  "servers": {
    /* of mine */
    "perplexity": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "server-perplexity-ask"],
      "env": { "PERPLEXITY_API_KEY": "\${input:perplexity-key}" },
    },
    "fetch": { "command": "uvx", "args": ["mcp-server-fetch"], "envFile": "\${workspaceFolder}/.env" },
  },
}`;

const CODEX = `model = "gpt-5"

[mcp_servers.context7]
command = "npx"
args = ["-y", "@upstash/context7-mcp"]
startup_timeout_sec = 20

[mcp_servers.context7.env]
CONTEXT7_API_KEY = "ctx-key"

[mcp_servers.figma]
url = "https://mcp.figma.com/mcp"
bearer_token_env_var = "FIGMA_OAUTH_TOKEN"
http_headers = { "X-Figma-Region" = "us-east-1" }
`;

const ZED = `{
  "theme": "One Dark",
  "context_servers": {
    "postgres": {
      "source": "custom",
      "command": "npx",
      "args": ["-y", "@zeddotdev/postgres-context-server"],
      "env": { "DATABASE_URL": "postgres://ada:zed-pw@localhost/app" }
    },
    "remote": { "source": "custom", "url": "https://mcp.example.com/mcp", "headers": { "Authorization": "Bearer zed-token" } }
  }
}`;

/** Name and pointer, what runs or answers, secrets and those without a value. */
const FILES: readonly [client: string, text: string, rows: readonly string[]][] = [
  [
    "Claude Desktop",
    CLAUDE_DESKTOP,
    [
      "filesystem /mcpServers/filesystem | npx -y @modelcontextprotocol/server-filesystem /home/ada/Desktop",
      "brave-search /mcpServers/Brave Search | npx -y @modelcontextprotocol/server-brave-search | env/BRAVE_API_KEY=brave-key-1",
    ],
  ],
  [
    "Claude Code",
    CLAUDE_CODE,
    [
      "github /mcpServers/github | https://api.githubcopilot.com/mcp/ | secrets/GITHUB_TOKEN=",
      "db /mcpServers/db | npx -y @bytebase/dbhub --dsn postgresql://${secret:url.user}@localhost/app | secrets/url.user=ada:db-pw",
    ],
  ],
  [
    "Cursor",
    CURSOR,
    [
      "linear /mcpServers/linear | https://mcp.linear.app/sse",
      "notion /mcpServers/notion | https://mcp.notion.com/mcp?key=${secret:query.key} | secrets/query.key=notion-key | secrets/NOTION_KEY=",
    ],
  ],
  [
    "Windsurf",
    WINDSURF,
    [
      "figma /mcpServers/figma | https://mcp.figma.com/mcp",
      "memory /mcpServers/memory | npx -y @modelcontextprotocol/server-memory",
    ],
  ],
  [
    "VS Code",
    VS_CODE,
    [
      "perplexity /servers/perplexity | npx -y server-perplexity-ask | secrets/perplexity-key=",
      "fetch /servers/fetch | uvx mcp-server-fetch",
    ],
  ],
  [
    "Codex",
    CODEX,
    [
      "context7 /mcp_servers/context7 | npx -y @upstash/context7-mcp | env/CONTEXT7_API_KEY=ctx-key",
      "figma /mcp_servers/figma | https://mcp.figma.com/mcp | headers/X-Figma-Region=us-east-1 | secrets/FIGMA_OAUTH_TOKEN=",
    ],
  ],
  [
    "Zed",
    ZED,
    [
      "postgres /context_servers/postgres | npx -y @zeddotdev/postgres-context-server | env/DATABASE_URL=postgres://ada:zed-pw@localhost/app",
      "remote /context_servers/remote | https://mcp.example.com/mcp | headers/Authorization=Bearer zed-token",
    ],
  ],
];

describe("the file of a client", () => {
  it.each(FILES)("is read as %s writes it", async (_, text, rows) => {
    const file = await read(text);
    expect(file.problems).toEqual([]);
    const found = file.entities.map(({ name, pointer, entity, problems }) => {
      expect(problems).toEqual([]);
      if (entity?.kind !== "server") return name;
      const { config } = entity.fields;
      const reach =
        config.transport === "stdio" ? [config.command, ...config.args].join(" ") : config.url;
      const secrets = secretsOf(entity).map(({ place, value }) => `${place}=${value}`);
      return [`${name} ${pointer}`, reach, ...secrets].join(" | ");
    });
    expect(found).toEqual(rows);
    const all = servers(file).flatMap(secretsOf);
    const given = all.filter(({ value }) => value !== "");
    expect(file.secrets).toEqual({ opened: 0, plain: given.length });
    expect(servers(file).flatMap(({ withheld }) => withheld)).toHaveLength(
      all.length - given.length,
    );
    expect(file.warnings.filter((one) => one.includes("in clear"))).toHaveLength(
      given.length > 0 ? 1 : 0,
    );
  });

  it.each(FILES)("of %s is read without its secrets where they are to be left", async (_, text) => {
    const file = await read(text, true);
    expect(file.secrets.plain).toBe(0);
    expect(JSON.stringify(file)).not.toMatch(/brave-key|db-pw|notion-key|ctx-key|zed-(?:pw|token)/);
    for (const server of servers(file)) {
      expect(server.withheld).toEqual(
        secretsOf(server)
          .map(({ place }) => place)
          .toSorted(),
      );
    }
  });

  it("keeps names as titles, and what is turned off", async () => {
    const [, brave] = servers(await read(CLAUDE_DESKTOP));
    expect(brave?.fields).toMatchObject({ name: "brave-search", title: "Brave Search" });
    const [figma, memory] = servers(await read(WINDSURF));
    expect([figma?.fields.enabled, memory?.fields.enabled]).toEqual([false, true]);
  });

  it("leaves the gateway itself out, and says so", async () => {
    const file = await read(CURSOR);
    expect(file.warnings).toContain("“local-mcp-gateway” is this gateway itself, and is left out.");
  });

  it("answers for each entry that cannot be read, at its place", async () => {
    const file = await read('{"mcpServers":{"a/b":{"command":1},"c":{"command":"x"}}}');
    expect(file.entities).toMatchObject([
      {
        name: "a/b",
        entity: null,
        problems: [{ pointer: "/mcpServers/a~1b", message: "It cannot be read: command." }],
      },
      { name: "c", problems: [] },
    ]);
  });

  it.each([
    "npx -y acme-mcp",
    "rm -rf /",
    "https://mcp.linear.app/sse",
    "claude mcp add x -- npx y",
    "{}",
    '{"theme":"dark"}',
    '{"mcpServers":{"a":{"command":"x"',
    '[mcp_servers.a]\ncommand = "x',
    "",
  ])("is nothing else: %j", (text) => {
    expect(readClientFile(text, OPTIONS)).toBeNull();
  });

  it("has no more servers than anybody has", () => {
    const many = Array.from({ length: 501 }, (_, at) => [`s${at}`, { command: "x" }]);
    const text = JSON.stringify({ mcpServers: Object.fromEntries(many) });
    expect(() => readClientFile(text, OPTIONS)).toThrow("more than 500 servers");
  });
});
