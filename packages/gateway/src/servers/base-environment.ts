/**
 * What a server's process sees of our own environment: enough to run, and nothing that may be a
 * secret of somebody else. What a server needs beyond it is configured for that server.
 */
const INHERITED =
  process.platform === "win32"
    ? [
        "APPDATA",
        "COMSPEC",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "NUMBER_OF_PROCESSORS",
        "PATH",
        "PATHEXT",
        "PROCESSOR_ARCHITECTURE",
        "PROGRAMDATA",
        "PROGRAMFILES",
        "PROGRAMFILES(X86)",
        "SYSTEMDRIVE",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "USERDOMAIN",
        "USERNAME",
        "USERPROFILE",
        "WINDIR",
      ]
    : [
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "LOGNAME",
        "PATH",
        "SHELL",
        "TERM",
        "TMPDIR",
        "TZ",
        "USER",
      ];

export function baseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const byUpperCase = new Map(
    Object.entries(env).map(([name, value]) => [
      process.platform === "win32" ? name.toUpperCase() : name,
      value,
    ]),
  );
  const kept: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = byUpperCase.get(name);
    // A value that begins like this is an exported shell function, which bash would run.
    if (value !== undefined && !value.startsWith("()")) kept[name] = value;
  }
  return kept;
}
