import { describe, expect, it } from "vitest";
import type { DraftServer } from "./draft.ts";
import { freeName, nameOf } from "./names.ts";

const command = (text: string): DraftServer => {
  const [program = "", ...args] = text.split(" ");
  return {
    original: "",
    enabled: true,
    reach: { transport: "stdio", command: program, args, cwd: null, env: {} },
  };
};

const address = (url: string): DraftServer => ({
  original: "",
  enabled: true,
  reach: { transport: "http", url, headers: {} },
});

describe("what a server is called", () => {
  it.each([
    ["npx -y @modelcontextprotocol/server-brave-search", "brave-search"],
    ["npx -y @notionhq/notion-mcp-server@1.9.0", "notion"],
    ["npx -p @scope/tools tool-mcp --x y", "tool"],
    ["bunx --bun acme-mcp", "acme"],
    ["npm exec -- acme-mcp", "acme"],
    ["uv run --with mcp-x python /srv/poems/server.py", "poems"],
    ["docker run -i --rm -v /a:/b --name c mcp/postgres", "postgres"],
    ["docker run -i --rm registry.local:5000/team/acme-mcp:1.2", "acme"],
    ["npx github:owner/tool-mcp", "tool"],
    ["cmd.exe /c npx -y acme-mcp", "acme"],
    ["java -jar /srv/acme-server.jar", "acme"],
    ["C:\\tools\\notes\\dist\\index.js", "notes"],
    ["node server.js", "server"],
    ["npx", "server"],
  ])("%s", (text, name) => {
    expect(nameOf(command(text))).toBe(name);
  });

  it.each([
    ["https://mcp.linear.app/sse", "linear"],
    ["https://api.githubcopilot.com/mcp/", "githubcopilot"],
    ["https://acme.example.co.uk/mcp", "example"],
    ["http://127.0.0.1:3000/mcp", "localhost"],
    ["http://[::1]:3000/mcp", "localhost"],
    ["https://internal/mcp", "server"],
    ["no url", "server"],
  ])("%s", (url, name) => {
    expect(nameOf(address(url))).toBe(name);
  });

  it("is what the text calls it, where it does", () => {
    expect(nameOf({ ...command("npx x"), original: "Größe & Co." })).toBe("gro-e-co");
    expect(nameOf({ ...command("npx x"), original: "!!!" })).toBe("");
  });

  it("is numbered where the name is taken, within its length", () => {
    expect(freeName("a", new Set())).toBe("a");
    expect(freeName("a", new Set(["a", "a-2"]))).toBe("a-3");
    const long = "x".repeat(50);
    expect(freeName(long, new Set([long]))).toBe(`${"x".repeat(48)}-2`);
  });
});
