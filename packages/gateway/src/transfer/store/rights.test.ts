import type { AnyEntity } from "@local-mcp/transfer";
import { describe, expect, test } from "vitest";
import { command, profile, prompt, remote, resource, root, server, tool } from "./one.fixture.ts";
import { commandOf, needsProcesses } from "./rights.ts";

describe("who may import it", () => {
  test.each<[string, AnyEntity, AnyEntity | null, boolean]>([
    ["a command", server(command()), null, true],
    ["a URL", server(remote("https://a.example")), null, false],
    ["the same command", server(command(), { description: "x" }), server(command()), false],
    ["other arguments", server(command({ args: ["x"] })), server(command()), true],
    ["a command that was a URL", server(command()), server(remote("https://a.example")), true],
    ["a command that is turned on", server(command()), server(command(), { enabled: false }), true],
    ["a tool that reaches inside", tool({ allowPrivateNetwork: true }), null, true],
    [
      "the same with another title",
      tool({ allowPrivateNetwork: true, title: "T" }),
      tool({ allowPrivateNetwork: true }),
      false,
    ],
    [
      "the same with another URL",
      tool({ allowPrivateNetwork: true, url: "https://b.example" }),
      tool({ allowPrivateNetwork: true }),
      true,
    ],
    ["a tool", tool({}), null, false],
    ["a folder", root("file:///x"), null, true],
    ["the same folder", root("file:///x", { name: "X" }), root("file:///x"), false],
    ["a folder that is turned on", root("file:///x"), root("file:///x", { enabled: false }), true],
    ["an address", root("https://x.example"), null, false],
    ["a file", resource({ kind: "file", root: "", path: "a" }), null, true],
    [
      "another file",
      resource({ kind: "file", root: "", path: "a" }),
      resource({ kind: "file", root: "", path: "b" }),
      true,
    ],
    ["a text", resource({ kind: "text", text: "" }), null, false],
    ["a profile without a token", profile({ allowWithoutToken: true }), profile(), true],
    ["the same", profile({ allowWithoutToken: true }), profile({ allowWithoutToken: true }), false],
    ["a prompt", prompt({}), null, false],
  ])("%s", (_, entity, before, expected) => {
    expect(needsProcesses(entity, before)).toBe(expected);
  });

  test("the command is told without what is secret", () => {
    const env = {
      KEY: { value: "hunter2" },
      NODE_OPTIONS: { value: "-r x", plain: true },
      PATH: { value: "p4th" },
    };
    expect(commandOf(server(command({ args: ["-y"], env })))).toEqual({
      server: "one",
      command: "npx",
      args: ["-y"],
      cwd: null,
      env: ["KEY", "NODE_OPTIONS=-r x", "PATH"],
      found: null,
      unset: [],
    });
    expect(commandOf(server(remote("https://a.example")))).toBeNull();
    expect(commandOf(prompt({}))).toBeNull();
  });
});
