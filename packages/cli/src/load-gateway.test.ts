import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mayKeepCompiled } from "./load-gateway.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "local-mcp-compiled-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** The modes of POSIX say who may write; Windows has none. */
describe.skipIf(process.platform === "win32")("what Node compiled is kept", () => {
  test("where nobody else can write, for nobody else", () => {
    const compiled = join(dataDir, "compiled");
    expect(mayKeepCompiled(compiled)).toBe(true);
    expect(statSync(compiled).mode & 0o777).toBe(0o700);
    expect(mayKeepCompiled(compiled)).toBe(true);
  });

  test.each([
    ["the group may write", (compiled: string) => chmodSync(compiled, 0o770)],
    ["all may write", (compiled: string) => chmodSync(compiled, 0o702)],
    ["all may write beside it", () => chmodSync(dataDir, 0o707)],
    [
      "it leads elsewhere",
      (compiled: string) => {
        rmSync(compiled, { recursive: true });
        symlinkSync(dataDir, compiled);
      },
    ],
  ])("and not where %s", (_, spoil) => {
    const compiled = join(dataDir, "compiled");
    mkdirSync(compiled, { mode: 0o700 });
    spoil(compiled);
    expect(mayKeepCompiled(compiled)).toBe(false);
  });

  test("and no directory is made for it that was not there", () => {
    const compiled = join(dataDir, "none", "compiled");
    expect(mayKeepCompiled(compiled)).toBe(false);
    expect(existsSync(join(dataDir, "none"))).toBe(false);
  });
});
