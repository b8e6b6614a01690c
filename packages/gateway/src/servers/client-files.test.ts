import { describe, expect, it } from "vitest";
import { readClientFile } from "./client-files.ts";

const read = (servers: unknown, key = "mcpServers") =>
  readClientFile(JSON.stringify({ [key]: servers }));

describe("the files of other clients", () => {
  it.each(["mcpServers", "servers"])("are read under “%s”, with a byte order mark too", (key) => {
    const text = `\uFEFF${JSON.stringify({ [key]: { a: { command: "x" } } })}`;
    expect(readClientFile(text)).toMatchObject([{ original: "a", server: { name: "a" } }]);
  });

  it("give commands, URLs and their kinds", () => {
    const rows = read({
      "My Files!": { command: "npx", args: ["-y", "f"], env: { A: "b", N: 1 }, cwd: "/tmp" },
      web: { type: "http", url: "https://h/mcp", headers: { X: "y" } },
      old: { type: "sse", url: "https://h/sse" },
      surf: { serverUrl: "https://h/s", disabled: true },
    });
    expect(rows.map(({ server }) => server)).toEqual([
      {
        name: "my-files",
        title: "My Files!",
        enabled: true,
        config: {
          transport: "stdio",
          command: "npx",
          args: ["-y", "f"],
          cwd: "/tmp",
          env: { A: { value: "b" }, N: { value: "1" } },
        },
      },
      {
        name: "web",
        title: "web",
        enabled: true,
        config: { transport: "http", url: "https://h/mcp", headers: { X: "y" } },
      },
      {
        name: "old",
        title: "old",
        enabled: true,
        config: { transport: "sse", url: "https://h/sse", headers: {} },
      },
      {
        name: "surf",
        title: "surf",
        enabled: false,
        config: { transport: "http", url: "https://h/s", headers: {} },
      },
    ]);
  });

  it.each([
    [{ a: {} }, /neither a command nor a URL/],
    [{ a: { command: 1 } }, /cannot be read: command/],
    [{ a: "x" }, /cannot be read: the entry/],
    [{ "!!!": { command: "x" } }, /no letter or digit/],
  ])("say what is wrong with an entry: %j", (servers, problem) => {
    expect(read(servers)[0]?.problem).toMatch(problem);
  });

  it("name the place of what is no JSON, and quote none of it", () => {
    const text = '{"mcpServers": {"a": {"env": {"KEY": "sk-very-secret"}},,';
    expect(() => readClientFile(text)).toThrow(
      expect.objectContaining({
        code: "malformed_json",
        message: expect.stringContaining("line 1, column"),
      }),
    );
    expect(() => readClientFile(text)).not.toThrow(/sk-very/);
    expect(() => readClientFile("")).toThrow(/it is empty/);
    expect(() => readClientFile("{}")).toThrow(/neither “mcpServers” nor “servers”/);
  });
});
