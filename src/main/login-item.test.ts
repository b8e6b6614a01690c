import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { autostartEntry, setAutostart } from "./login-item.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "login-item-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const command = { program: "/opt/app/gateway", args: ["--hidden"], dataDir: undefined };
const file = () => join(home, "autostart", "local-mcp-gateway.desktop");

test("nothing is written before it is wanted", () => {
  setAutostart(home, false, command);
  expect(existsSync(join(home, "autostart"))).toBe(false);
});

test("it is written when it is turned on, kept up to date, and removed when turned off", () => {
  setAutostart(home, true, command);
  expect(readFileSync(file(), "utf8")).toContain('Exec="/opt/app/gateway" "--hidden"\n');
  const { mtimeMs } = statSync(file());
  setAutostart(home, true, command);
  expect(statSync(file()).mtimeMs).toBe(mtimeMs);
  setAutostart(home, true, { ...command, program: "/opt/new/gateway" });
  expect(readFileSync(file(), "utf8")).toContain("/opt/new/gateway");
  setAutostart(home, false, command);
  expect(readdirSync(join(home, "autostart"))).toEqual([]);
});

test("another data directory has an entry of its own", () => {
  const other = { ...command, dataDir: "/srv/data" };
  setAutostart(home, true, command);
  setAutostart(home, true, other);
  expect(readdirSync(join(home, "autostart"))).toHaveLength(2);
  setAutostart(home, false, other);
  expect(existsSync(file())).toBe(true);
});

test("an argument is one argument whatever is in it", () => {
  const entry = autostartEntry({ ...command, args: ['a "b" $c `d` \\ 100%', "e f"] });
  expect(entry).toContain('"a \\\\"b\\\\" \\\\$c \\\\`d\\\\` \\\\\\\\ 100%%" "e f"');
  expect(entry.split("\n")).toHaveLength(7);
});
