import { describe, expect, it } from "vitest";
import { ERRORS, GatewayError, isErrorCode } from "./errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { profileSlug, serverName, slugify } from "./names.ts";

describe("the table of errors", () => {
  it.each(Object.entries(ERRORS))(
    "%s has a sentence, a way out and codes that exist",
    (code, entry) => {
      expect(isErrorCode(code)).toBe(true);
      // One about a field begins with its path, by which an editor finds it.
      expect(entry.sentence).toMatch(/^([a-z]+(\.[a-z]+)*: )?“?[A-Za-z{].*[.}]$/s);
      expect(entry.sentence).toMatch(/^(“?[A-Z{]|[a-z.]+: )/);
      expect(entry.wayOut).toMatch(/[.}…”]$/);
      expect(entry.http).toBeGreaterThanOrEqual(200);
      expect(Object.keys(EXIT_CODES)).toContain(String(entry.exit));
      // The protocol keeps -32020 to -32099 for itself (MCP 2026-07-28, error codes).
      const reserved = entry.jsonRpc <= -32_020 && entry.jsonRpc >= -32_099;
      const ofTheProtocol = ["unsupported_protocol_version", "header_mismatch"].includes(code);
      expect(!reserved || ofTheProtocol).toBe(true);
    },
  );

  it("fills its texts, and leaves what it was not given", () => {
    const error = new GatewayError("name_taken", { kind: "server", name: "a" });
    expect(error.message).toBe("The server “a” exists already.");
    expect(new GatewayError("name_taken", { kind: "server" }).message).toContain("{name}");
    expect([error.http, error.exit]).toEqual([409, 4]);
  });
});

describe("names", () => {
  it.each(["mcp", "sse", "info", "gateway", "admin", "api"])(
    "“%s” is no slug of a profile",
    (slug) => {
      expect(profileSlug.safeParse(slug).error?.issues[0]?.message).toContain(`“${slug}”`);
    },
  );

  it.each(["", "A", "-a", "a b", "a".repeat(51), "ä"])("“%s” is no name of a server", (name) => {
    expect(serverName.safeParse(name).success).toBe(false);
  });

  it.each([
    ["My Files!", "my-files"],
    ["Çédille", "cedille"],
    ["--", ""],
    ["x".repeat(80), "x".repeat(50)],
    ["@scope/name", "scope-name"],
  ])("“%s” becomes “%s”", (text, slug) => {
    expect(slugify(text)).toBe(slug);
    expect(slug === "" || serverName.safeParse(slug).success).toBe(true);
  });
});
