import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverConfigWrite } from "@local-mcp/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { foundHere } from "./found.ts";

let folder = "";
const program = process.platform === "win32" ? "notes.cmd" : "notes";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "found-"));
  writeFileSync(join(folder, program), "", { mode: 0o755 });
  writeFileSync(join(folder, "data.txt"), "", { mode: 0o644 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const found = (config: object, path = folder) =>
  foundHere(serverConfigWrite.parse({ transport: "stdio", ...config }), { PATH: path });

it("finds a program where a server would start it", () => {
  expect(found({ command: program })).toBe(true);
  expect(found({ command: join(folder, program) }, "")).toBe(true);
  expect(found({ command: `./${program}`, cwd: folder }, "")).toBe(true);
  expect(found({ command: program, env: { PATH: { value: folder, plain: true } } }, "")).toBe(true);
});

it("says where there is none", () => {
  expect(found({ command: "no-such-program" })).toBe(false);
  expect(found({ command: program }, "")).toBe(false);
  expect(found({ command: "${env:TOOLS}/notes" })).toBe(false);
});

it.skipIf(process.platform === "win32")("takes no file for a program", () => {
  expect(found({ command: join(folder, "data.txt") })).toBe(false);
  expect(found({ command: folder })).toBe(false);
});

it("does not say what only a secret knows, or what is no command", () => {
  expect(found({ command: program, env: { PATH: { value: folder } } })).toBeNull();
  const remote = serverConfigWrite.parse({ transport: "http", url: "https://h/mcp" });
  expect(foundHere(remote, { PATH: folder })).toBeNull();
});
