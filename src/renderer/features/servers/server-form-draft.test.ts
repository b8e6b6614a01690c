import { describe, expect, it } from "vitest";
import {
  addPair,
  draftMarks,
  draftSecrets,
  EMPTY_DRAFT,
  readDraft,
  type ServerDraft,
} from "./server-form-draft.ts";

const draft = (more: Partial<ServerDraft>): ServerDraft => ({
  ...EMPTY_DRAFT,
  name: "files",
  command: "npx",
  ...more,
});
const pair = (name: string, value: string, plain = false, id = 1) => ({ id, name, value, plain });
const none = new Set<string>();

describe("a server filled in by hand", () => {
  it("becomes a stdio server with an argument per line and its folder", () => {
    const { server } = readDraft(
      draft({
        args: "-y\n@x/files\n/home/me/a b\n",
        cwd: " /tmp ",
        env: [pair("KEY", "v"), pair("REGION", "eu", true, 2), pair("", "", false, 3)],
      }),
      none,
    );
    expect(server?.config).toEqual({
      transport: "stdio",
      command: "npx",
      args: ["-y", "@x/files", "/home/me/a b"],
      cwd: "/tmp",
      env: { KEY: { value: "v", plain: false }, REGION: { value: "eu", plain: true } },
    });
    // A person who typed the command has still not seen which file would run.
    expect(server?.confirmed).toBe(false);
  });

  it("becomes a remote server, whose fields for a command do not matter", () => {
    const { server } = readDraft(
      draft({
        transport: "sse",
        command: "",
        url: "https://a.example/sse",
        headers: [pair("Authorization", "Bearer x")],
      }),
      none,
    );
    expect(server?.config).toEqual({
      transport: "sse",
      url: "https://a.example/sse",
      headers: { Authorization: "Bearer x" },
    });
  });

  it("has headers that are templates, with the secrets of their marks", () => {
    const key = draft({
      transport: "http",
      url: "https://a.example/mcp",
      headers: [
        pair("Authorization", "Bearer ${secret:api_key}", true),
        pair("X-Key", "v", false, 2),
      ],
    });
    expect(draftMarks(key)).toEqual(["api_key"]);
    expect(draftSecrets(key)).toBe(2);
    expect(readDraft(key, none).problems).toEqual({ "secrets:api_key": "Enter a value." });
    const { server } = readDraft({ ...key, secrets: { api_key: "k", unused: "u" } }, none);
    expect(server?.secrets).toEqual({ api_key: "k" });
    expect(server?.config).toMatchObject({
      headers: { Authorization: "Bearer ${secret:api_key}", "X-Key": "v" },
    });
    const unmarked = { ...key, headers: [pair("X-Key", "123", true)] };
    expect(readDraft(unmarked, none).problems).toEqual({
      "headers:1": expect.stringMatching(/secret:name/),
    });
  });

  it("says at each field what keeps it from being added", () => {
    const { problems } = readDraft(
      draft({ name: "github", command: " ", env: [pair("1X", "v"), pair("A", "v", false, 2)] }),
      new Set(["github"]),
    );
    expect(problems).toEqual({
      name: expect.stringMatching(/already/),
      command: expect.stringMatching(/program/),
      "env:1": expect.stringMatching(/letters, digits and _/),
    });
  });

  it("refuses a URL that is none, a header that breaks the line, a variable given twice", () => {
    const remote = draft({
      transport: "http",
      url: "a.example",
      headers: [pair("X-Key", "a\nb")],
    });
    expect(readDraft(remote, none).problems).toEqual({
      url: expect.stringMatching(/whole URL/),
      "headers:1": expect.stringMatching(/one line/),
    });
    const twice = draft({ env: [pair("A", "1"), pair("A", "2", false, 2)] });
    expect(Object.keys(readDraft(twice, none).problems ?? {})).toEqual(["env:1", "env:2"]);
  });
});

it("gives each new row an id of its own", () => {
  const two = addPair(addPair([]));
  expect(two.map(({ id }) => id)).toEqual([1, 2]);
  expect(addPair(two.slice(1)).map(({ id }) => id)).toEqual([2, 3]);
});

describe("what a draft keeps in the vault", () => {
  it("is each variable that is not plain", () => {
    const env = [pair("A", "1"), pair("B", "2", true, 2), pair("C", "", false, 3)];
    expect(draftSecrets(draft({ env }))).toBe(1);
  });

  it("is what a URL carries beside its address, and each header", () => {
    const headers = [pair("Authorization", "Bearer x")];
    const url = "https://me:word@a.example/mcp?key=1&region=eu";
    expect(draftSecrets(draft({ transport: "http", url, headers }))).toBe(4);
    expect(draftSecrets(draft({ transport: "http", url: "https://a.example" }))).toBe(0);
    expect(draftSecrets(draft({ transport: "http", url: "half a url" }))).toBe(0);
  });
});
