import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Account, asUser } from "../../scripts/electron/account.ts";

/**
 * What a desktop has to keep keys in: nothing, an unlocked GNOME Keyring, or one that is locked where
 * nobody can be asked for its password.
 */
export type Keyring = "basic" | "gnome" | "locked";

export const passwordStore = (keyring: Keyring): string =>
  `--password-store=${keyring === "basic" ? "basic" : "gnome-libsecret"}`;

/** The first unlock makes the keyring, with that password. */
const DAEMON: Record<Exclude<Keyring, "basic">, string> = {
  gnome: "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null",
  locked: "gnome-keyring-daemon --start --components=secrets </dev/null >/dev/null",
};

/** A session bus that starts nothing, in particular no program that asks for a password. */
const BARE_BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

export const script = (file: string, ...lines: string[]): string => {
  writeFileSync(file, `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
  return file;
};

/** How to run a command on a desktop of that user's, whose home is `home`. */
export function onDesktop(
  account: Account | null,
  home: string,
  keyring: Keyring,
  command: string,
): string[] {
  const run = script(
    join(home, `session-${keyring}`),
    ...(keyring === "basic" ? [] : [DAEMON[keyring]]),
    `exec ${command} "$@"`,
  );
  const bus = join(home, "bus.conf");
  if (keyring === "locked") writeFileSync(bus, BARE_BUS, { mode: 0o644 });
  const config = keyring === "locked" ? [`--config-file=${bus}`] : [];
  const { program, args } =
    keyring === "basic"
      ? asUser(account, run, [])
      : asUser(account, "dbus-run-session", [...config, "--", run]);
  return [program, ...args];
}

const SECRETS = "--session --dest org.freedesktop.secrets --object-path";
const COLLECTION = "/org/freedesktop/secrets/collection/login";

/** Deletes everything that programs have put into the keyring of that home. */
export function emptyKeyring(account: Account | null, home: string): void {
  const empty = script(
    join(home, "empty-keyring"),
    `items() { gdbus call ${SECRETS} ${COLLECTION} --method org.freedesktop.DBus.Properties.Get org.freedesktop.Secret.Collection Items | grep -o "${COLLECTION}/[0-9]*"; }`,
    `items >/dev/null || { echo "it was empty" >&2; exit 1; }`,
    `for item in $(items); do gdbus call ${SECRETS} "$item" --method org.freedesktop.Secret.Item.Delete >/dev/null || exit 1; done`,
    `! items >/dev/null`,
  );
  const [program = "", ...args] = onDesktop(account, home, "gnome", empty);
  const env = { PATH: process.env["PATH"], HOME: home, XDG_RUNTIME_DIR: join(home, "run") };
  const ran = spawnSync(program, args, { env, encoding: "utf8", timeout: 20_000 });
  if (ran.status !== 0) throw new Error(`The keyring was not emptied: ${ran.stderr}`);
}
