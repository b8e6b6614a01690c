import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const programs = (home: string): string => join(home, "programs");

/** Whether the desktop says from now on that it has a place for tray icons. */
export const setTrayHost = (home: string, there: boolean): void =>
  writeFileSync(join(programs(home), "dbus-send"), `#!/bin/sh\necho '   boolean ${there}'\n`, {
    mode: 0o755,
  });

/** Directory and environment of a desktop of which {@link setTrayHost} can tell. */
export function withTrayHost(home: string, there = true): Record<string, string> {
  mkdirSync(programs(home));
  setTrayHost(home, there);
  return {
    PATH: `${programs(home)}:${process.env["PATH"] ?? ""}`,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, "no-bus")}`,
  };
}
