import { describe, expect, it } from "vitest";
import { isOurselves } from "./ourselves.ts";
import { readServers, type ServerInput } from "./recognize.ts";

const launcher = { command: "/opt/gateway/node", args: ["/opt/gateway/cli.mjs"] };
const url = "http://127.0.0.1:4444";

const read = (text: string) =>
  readServers(text, {
    home: "/home/me",
    isOurselves: (reach) => isOurselves(reach, { url, launcher }),
  });

/** What a text comes to, on one line a server, as a person would compare it. */
const summary = (text: string): string[] => {
  const { form, servers } = read(text);
  return servers.map((found) => {
    if (found.server === null) return `${form} | problem: ${found.problem}`;
    const { name, config, enabled } = found.server;
    return [form, name, configSummary(config), ...(enabled ? [] : ["off"])].join(" | ");
  });
};

function configSummary(config: ServerInput["config"]): string {
  if (config.transport !== "stdio") {
    const headers = Object.entries(config.headers ?? {}).map(([name, value]) => `${name}=${value}`);
    return [config.transport, config.url, ...headers].join(" ");
  }
  const env = Object.entries(config.env ?? {}).map(([name, value]) => `${name}=${value?.value}`);
  const words = [config.command, ...(config.args ?? [])].map((word) =>
    /^[^\s"]+$/.test(word) ? word : JSON.stringify(word),
  );
  return [...words, ...(config.cwd ? [`in ${config.cwd}`] : []), ...env].join(" ");
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

/** Texts as READMEs of servers have them, and what they are. */
const SNIPPETS: readonly [what: string, text: string, servers: readonly string[]][] = [
  [
    "npx",
    "npx -y @modelcontextprotocol/server-everything",
    ["command | everything | npx -y @modelcontextprotocol/server-everything"],
  ],
  [
    "npx with folders",
    "npx -y @modelcontextprotocol/server-filesystem ~/Desktop /srv/data",
    [
      "command | filesystem | npx -y @modelcontextprotocol/server-filesystem /home/me/Desktop /srv/data",
    ],
  ],
  [
    "a scope as the only telling part",
    "npx @playwright/mcp@latest --headless",
    ["command | playwright | npx @playwright/mcp@latest --headless"],
  ],
  [
    "a prompt and a variable before it",
    "$ BRAVE_API_KEY=abc npx -y @modelcontextprotocol/server-brave-search",
    ["command | brave-search | npx -y @modelcontextprotocol/server-brave-search BRAVE_API_KEY=abc"],
  ],
  [
    "uvx",
    "uvx mcp-server-git --repository /srv/repo",
    ["command | git | uvx mcp-server-git --repository /srv/repo"],
  ],
  [
    "uvx from a repository",
    "uvx --from git+https://github.com/oraios/serena serena start-mcp-server --context ide-assistant",
    [
      "command | serena | uvx --from git+https://github.com/oraios/serena serena start-mcp-server --context ide-assistant",
    ],
  ],
  [
    "uv in a folder",
    "uv --directory /srv/weather run server.py",
    ["command | weather | uv --directory /srv/weather run server.py"],
  ],
  [
    "python",
    "python -m mcp_server_sqlite --db-path ./test.db",
    ["command | sqlite | python -m mcp_server_sqlite --db-path ./test.db"],
  ],
  [
    "node",
    "node /srv/my-notes/build/index.js",
    ["command | my-notes | node /srv/my-notes/build/index.js"],
  ],
  [
    "docker over several lines",
    `docker run -i --rm \\
  -e GITHUB_PERSONAL_ACCESS_TOKEN \\
  -e GITHUB_TOOLSETS=repos \\
  ghcr.io/github/github-mcp-server`,
    [
      "command | github | docker run -i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN -e GITHUB_TOOLSETS=repos ghcr.io/github/github-mcp-server",
    ],
  ],
  [
    "docker with an image only",
    "docker run -i --rm --init mcp/fetch:latest",
    ["command | fetch | docker run -i --rm --init mcp/fetch:latest"],
  ],
  [
    "an installed program",
    "github-mcp-server stdio",
    ["command | github | github-mcp-server stdio"],
  ],
  ["a program with an option", "acme --stdio", ["command | acme | acme --stdio"]],
  [
    "PowerShell",
    '$env:GITHUB_TOKEN="ghx"; npx -y @acme/github-mcp',
    ["command | github | npx -y @acme/github-mcp GITHUB_TOKEN=ghx"],
  ],
  [
    "PowerShell over lines",
    '$env:A = "b c"\nnpx `\n  -y acme-mcp',
    ["command | acme | npx -y acme-mcp A=b c"],
  ],
  [
    "cmd",
    "set API_BASE=x&& cmd /c npx -y acme-mcp",
    ["command | acme | cmd /c npx -y acme-mcp API_BASE=x"],
  ],
  [
    "a Windows path",
    'C:\\tools\\files-mcp.exe --root "C:\\Program Files"',
    ['command | files | C:\\tools\\files-mcp.exe --root "C:\\\\Program Files"'],
  ],
  [
    "a folder and an export",
    "git clone https://github.com/acme/notes\ncd ~/notes\nexport MODE=fast\nnpm install\nnode dist/index.js",
    ["command | server | node dist/index.js in /home/me/notes MODE=fast"],
  ],
  [
    "several commands with comments",
    "# first\nuvx mcp-server-time\n\nuvx mcp-server-fetch # second",
    ["command | time | uvx mcp-server-time", "command | fetch | uvx mcp-server-fetch"],
  ],
  [
    "a remote server through mcp-remote",
    "npx -y mcp-remote https://mcp.linear.app/sse",
    ["command | linear | npx -y mcp-remote https://mcp.linear.app/sse"],
  ],
  ["a fenced block", "```bash\nnpx -y acme-mcp\n```", ["command | acme | npx -y acme-mcp"]],
  [
    "a fenced block of several lines between sentences",
    'Add this:\n```json\n{\n  "mcpServers": {\n    "acme": { "command": "acme-mcp" }\n  }\n}\n```\nThen restart.',
    ["client_json | acme | acme-mcp"],
  ],
  [
    "a fenced block whose end was not copied",
    "```bash\nexport ACME=1\nnpx acme-mcp",
    ["command | acme | npx acme-mcp ACME=1"],
  ],
  [
    "claude mcp add",
    "claude mcp add playwright npx @playwright/mcp@latest",
    ["claude_command | playwright | npx @playwright/mcp@latest"],
  ],
  [
    "claude mcp add with --",
    "claude mcp add --transport stdio --scope user --env AIRTABLE_API_KEY=abc airtable -- npx -y airtable-mcp-server",
    ["claude_command | airtable | npx -y airtable-mcp-server AIRTABLE_API_KEY=abc"],
  ],
  [
    "claude mcp add with variables after the name",
    "claude mcp add db -e A=1 -e B=2 -- npx -y dbhub --dsn postgresql://localhost/x",
    ["claude_command | db | npx -y dbhub --dsn postgresql://localhost/x A=1 B=2"],
  ],
  [
    "claude mcp add with a URL",
    'claude mcp add --transport http notion https://mcp.notion.com/mcp --header "Authorization: Bearer abc"',
    ["claude_command | notion | http https://mcp.notion.com/mcp Authorization=Bearer abc"],
  ],
  [
    "claude mcp add of the old kind",
    "claude mcp add -t sse linear https://mcp.linear.app/sse",
    ["claude_command | linear | sse https://mcp.linear.app/sse"],
  ],
  [
    "claude mcp add-json",
    `claude mcp add-json github '{"type":"http","url":"https://api.githubcopilot.com/mcp/","headers":{"Authorization":"Bearer abc"}}' --scope user`,
    ["claude_command | github | http https://api.githubcopilot.com/mcp/ Authorization=Bearer abc"],
  ],
  [
    "code --add-mcp",
    `code --add-mcp '{"name":"playwright","command":"npx","args":["@playwright/mcp@latest"]}'`,
    ["claude_command | playwright | npx @playwright/mcp@latest"],
  ],
  [
    "codex mcp add",
    "codex mcp add context7 --env A=b -- npx -y @upstash/context7-mcp",
    ["claude_command | context7 | npx -y @upstash/context7-mcp A=b"],
  ],
  [
    "codex mcp add with a URL",
    "codex mcp add figma --url https://mcp.figma.com/mcp",
    ["claude_command | figma | http https://mcp.figma.com/mcp"],
  ],
  [
    "mcpServers",
    '{"mcpServers":{"My Files!":{"command":"npx","args":["-y","f",1],"env":{"A":"b","N":1},"cwd":"/tmp"},"web":{"type":"http","url":"https://h/mcp","headers":{"X":"y"}},"old":{"type":"sse","url":"https://h/s"},"surf":{"serverUrl":"https://h/s","disabled":true}}}',
    [
      "client_json | my-files | npx -y f 1 in /tmp A=b N=1",
      "client_json | web | http https://h/mcp X=y",
      "client_json | old | sse https://h/s",
      "client_json | surf | http https://h/s | off",
    ],
  ],
  [
    "servers with inputs, as VS Code has them",
    '{"inputs":[{"type":"promptString","id":"key","password":true}],"servers":{"gh":{"type":"stdio","command":"npx","args":["-y","x","--key=${input:key}"],"env":{"TOKEN":"${input:key}"}},"web":{"type":"http","url":"https://h/mcp","headers":{"Authorization":"Bearer ${input:key}","X-A":"b"}}}}',
    [
      "client_json | gh | npx -y x --key=${secret:key} TOKEN=${secret:key}",
      "client_json | web | http https://h/mcp Authorization=Bearer ${secret:key} X-A=b",
    ],
  ],
  [
    "settings of VS Code",
    '{\n  // mine\n  "mcp": { "servers": { "a": { "command": "x", } } },\n}',
    ["client_json | a | x"],
  ],
  [
    "Zed",
    '{"context_servers":{"a":{"source":"custom","command":{"path":"x","args":["y"],"env":{"A":"b"}}},"b":{"command":"z","args":[]}}}',
    ["client_json | a | x y A=b", "client_json | b | z"],
  ],
  [
    "opencode",
    '{"$schema":"x","mcp":{"a":{"type":"local","command":["bun","x","m"],"environment":{"A":"b"},"enabled":false},"b":{"type":"remote","url":"https://h/mcp"}}}',
    ["client_json | a | bun x m A=b | off", "client_json | b | http https://h/mcp"],
  ],
  [
    "a bare server",
    '{"command":"npx","args":["-y","@acme/weather-mcp"]}',
    ["client_json | weather | npx -y @acme/weather-mcp"],
  ],
  [
    "a bare map",
    '{"a":{"command":"x"},"b":{"url":"https://h/sse"}}',
    ["client_json | a | x", "client_json | b | sse https://h/sse"],
  ],
  [
    "a fragment",
    '"files": {\n  "command": "npx",\n  "args": ["-y", "f"]\n},',
    ["client_json | files | npx -y f"],
  ],
  [
    "variables with a default, as Claude Code reads them",
    '{"mcpServers":{"a":{"url":"${BASE:-https://h}/mcp","headers":{"Authorization":"Bearer ${KEY}"}}}}',
    ["client_json | a | http https://h/mcp Authorization=Bearer ${secret:KEY}"],
  ],
  [
    "a variable that the server itself looks up",
    '{"a":{"command":"npx","args":["mcp-remote","https://h/mcp","--header","Authorization:${AUTH}"],"env":{"AUTH":"Bearer abc"}}}',
    [
      "client_json | a | npx mcp-remote https://h/mcp --header Authorization:${AUTH} AUTH=Bearer abc",
    ],
  ],
  [
    "Codex",
    '[mcp_servers.context7]\ncommand = "npx"\nargs = ["-y", "@upstash/context7-mcp"]\n\n[mcp_servers.context7.env]\nA = "b"\n\n[mcp_servers.figma]\nurl = "https://mcp.figma.com/mcp"\nbearer_token_env_var = "FIGMA"\nhttp_headers = { "X-Region" = "us" }',
    [
      "client_toml | context7 | npx -y @upstash/context7-mcp A=b",
      "client_toml | figma | http https://mcp.figma.com/mcp Authorization=Bearer ${secret:FIGMA} X-Region=us",
    ],
  ],
  ["a URL", "https://mcp.linear.app/mcp", ["url | linear | http https://mcp.linear.app/mcp"]],
  [
    "a URL of the old kind",
    "  <https://mcp.atlassian.com/v1/sse>\n",
    ["url | atlassian | sse https://mcp.atlassian.com/v1/sse"],
  ],
  [
    "two URLs",
    "https://mcp.linear.app/mcp\nhttp://localhost:3845/mcp",
    [
      "url | linear | http https://mcp.linear.app/mcp",
      "url | localhost | http http://localhost:3845/mcp",
    ],
  ],
  [
    "a link that adds to Cursor",
    `cursor://anysphere.cursor-deeplink/mcp/install?name=acme&config=${base64({ command: "npx -y acme-mcp" })}`,
    ["client_json | acme | npx -y acme-mcp"],
  ],
  [
    "a page that adds to Cursor",
    `https://cursor.com/install-mcp?name=Acme%20Two&config=${base64({ url: "https://h/mcp" })}`,
    ["client_json | acme-two | http https://h/mcp"],
  ],
  [
    "a link that adds to VS Code",
    `vscode:mcp/install?${encodeURIComponent('{"name":"acme","command":"npx","args":["-y","a"]}')}`,
    ["client_json | acme | npx -y a"],
  ],
  [
    "a page that adds to VS Code",
    `https://insiders.vscode.dev/redirect/mcp/install?name=acme&config=${encodeURIComponent('{"type":"http","url":"https://h/mcp"}')}`,
    ["client_json | acme | http https://h/mcp"],
  ],
  [
    "the same name twice",
    "npx -y a-mcp --x\nnpx -y a-mcp --y",
    ["command | a | npx -y a-mcp --x", "command | a-2 | npx -y a-mcp --y"],
  ],
];

describe("a pasted text", () => {
  it.each(SNIPPETS)("is known as %s", (_, text, servers) => {
    expect(summary(text)).toEqual(servers);
  });

  it("is no secret where it only says that there is to be one", () => {
    const { servers } = read("KEY=<key> npx -y acme-mcp --token YOUR_TOKEN");
    expect(servers[0]?.server).toMatchObject({
      config: {
        args: ["-y", "acme-mcp", "--token", "${secret:YOUR_TOKEN}"],
        env: { KEY: { value: "${secret:key}", plain: true } },
      },
      secrets: {},
    });
  });

  it("keeps a variable secret that has more in it than a place to be filled in", () => {
    const text = '{"a":{"command":"x","env":{"A":"p<b>w","B":"pw-${C}","C":"${env:HOME}/d"}}}';
    expect(read(text).servers[0]?.server?.config).toMatchObject({
      env: { A: { value: "p<b>w" }, B: { value: "pw-${C}" }, C: { value: "/home/me/d" } },
    });
    expect(JSON.stringify(read(text))).not.toContain("plain");
  });

  it("keeps what it calls a server as the title", () => {
    expect(read('{"My Files!": {"command": "x"}}').servers[0]).toMatchObject({
      original: "My Files!",
      server: { name: "my-files", title: "My Files!" },
    });
  });

  it.each([
    ["", /nothing to read/],
    ["  \n", /nothing to read/],
    ["Hello, this is no server at all.", /neither a command nor a URL/],
    ["Don't paste this “anywhere”", /neither a command nor a URL/],
    ["memory", /neither a command nor a URL/],
    ["{}", /no servers in this/],
    ["[1, 2]", /no servers in this/],
    ['{"theme": "dark"}', /no servers in this/],
    ["https://h/mcp ".repeat(501), /more than 500 servers/],
    ["npm install -g acme-mcp", /only installs something/],
    ["vscode:mcp/install?%7B%22name%22%3A", /ends too early/],
    ["export A=b", /no command in this/],
    ["npx -y 'acme-mcp", /quote that begins in line 1, column 8 is not closed/],
    ['{"mcpServers": {"a": {"env": {"KEY": "sk-very-secret"}},,', /not JSON: line 1, column 57/],
    ['{"mcpServers": {"a": {"command": "x"', /ends too early/],
    ['"a": {"command": "x", "env": {', /ends too early/],
    ['[mcp_servers.a]\ncommand = "sk-very-secret', /not TOML: line 2, column/],
  ])("that is none says why and quotes nothing: %j", (text, problem) => {
    expect(() => read(text)).toThrow(problem);
    expect(() => read(text)).not.toThrow(/sk-very/);
  });

  it.each([
    ['{"mcpServers":{"a":{}}}', "It has neither a command nor a URL."],
    ['{"mcpServers":{"a":{"command":1}}}', "It cannot be read: command."],
    ['{"mcpServers":{"a":"x"}}', "It cannot be read: the entry."],
    [
      '{"mcpServers":{"!!!":{"command":"x"}}}',
      "Its name has none of a to z and 0 to 9 to make a name of. Call it something else in the file.",
    ],
    [
      '{"mcpServers":{"a":{"url":"h/mcp"}}}',
      "url: Write the whole URL, beginning with https:// or http://.",
    ],
    [
      "npx -y a-mcp | tee log",
      "It has something that only a shell can carry out, such as a pipe or $(…). Paste the command alone.",
    ],
    [
      "docker run -v $(pwd):/work a-mcp",
      "It has something that only a shell can carry out, such as a pipe or $(…). Paste the command alone.",
    ],
    ["claude mcp list", "This command of a client adds no server."],
    ["claude mcp add x", "It has neither a command nor a URL."],
  ])("answers for a server that cannot be added: %j", (text, problem) => {
    expect(read(text).servers).toMatchObject([{ server: null, problem }]);
  });

  it.each([
    '{"mcpServers":{"a":{"url":"http://127.0.0.1:4444/mcp/dev"}}}',
    "http://localhost:4444/mcp",
    "npx -y mcp-remote http://localhost:4444/mcp",
    '{"mcpServers":{"a":{"command":"/usr/bin/local-mcp-gateway","args":["bridge","--profile","dev"]}}}',
    "C:\\tools\\mcpgateway.exe bridge --profile dev",
    "/opt/gateway/node /opt/gateway/cli.mjs bridge --profile dev",
  ])("does not offer the gateway itself: %s", (text) => {
    expect(read(text).servers).toMatchObject([{ problem: "This is the gateway itself." }]);
  });

  it.each(["http://127.0.0.1:4445/mcp", "http://127.0.0.1:4444/other", "npx bridge --profile dev"])(
    "offers what only resembles the gateway: %s",
    (text) => expect(read(text).servers).toMatchObject([{ problem: null }]),
  );
});

/** Each would take minutes where the time grows with the square of the length. */
describe("a long text of somebody else is read in a moment", () => {
  const SIZE = 256 * 1024;
  const many = (unit: string): string => unit.repeat(SIZE / unit.length);
  const numbered = (unit: (at: number) => string): string =>
    Array.from({ length: SIZE / 10 }, (_, at) => unit(at)).join("");

  it.each([
    ["secrets under one name", `npx acme-mcp ${many("--pwd a ")}`],
    ["values of a query", `npx acme-mcp https://x.example/?${many("a=1&")}`],
    ["places left out", `npx ${many("your-")}`],
    ["longer places left out", `npx ${many("your-a-")}`],
    ["placeholders without an end", `npx '${many("${A:-")}'`],
  ])("%s", (_, text) => {
    expect(read(text).servers).toHaveLength(1);
  });

  it.each([
    ["variables", numbered((at) => `A${at}=1;`), "more than 200 variables"],
    ["commands", many("npx a-mcp;"), "more than 500 servers"],
  ])("%s", (_, text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});

it("numbers secrets of one name", () => {
  const [found] = read("npx acme-mcp --pwd a --pwd b --token x --pwd c").servers;
  expect(found?.server?.secrets).toEqual({ pwd: "a", "pwd.2": "b", token: "x", "pwd.3": "c" });
});

it.each(["constructor --x", "$ __proto__ x"])("takes %s for a command like any other", (text) => {
  expect(read(text).servers).toMatchObject([{ problem: null }]);
});
