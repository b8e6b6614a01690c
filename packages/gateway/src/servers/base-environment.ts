/**
 * What a server's process sees of our own environment: enough to run, and nothing that may be a
 * secret of somebody else. What a server needs beyond it is configured for that server.
 */
const OF_THE_SESSION =
  process.platform === "win32"
    ? [
        "APPDATA",
        "COMSPEC",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "NUMBER_OF_PROCESSORS",
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
        "DISPLAY",
        "HOME",
        "LOGNAME",
        "SHELL",
        "TERM",
        "TMPDIR",
        "TZ",
        "USER",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "XDG_RUNTIME_DIR",
      ];

/**
 * What a login shell says in place of our own environment: where programs are, how they reach the
 * network, whom they trust. A name that is not here stays with the shell, as tokens and keys do.
 */
const OF_THE_SHELL = [
  "PATH",
  "LANG",
  "LANGUAGE",
  "LC_ALL",
  "LC_CTYPE",
  "LC_MESSAGES",
  // The network. A proxy's password in these is meant for everything that goes there.
  "HTTP_PROXY",
  "http_proxy",
  "HTTPS_PROXY",
  "https_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
  "CURL_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  // Where runtimes and what they install are.
  "ASDF_DATA_DIR",
  "ASDF_DIR",
  "BUN_INSTALL",
  "CARGO_HOME",
  "DENO_DIR",
  "DOCKER_CONFIG",
  "DOCKER_CONTEXT",
  "DOCKER_HOST",
  "FNM_DIR",
  "GOPATH",
  "GOROOT",
  "HOMEBREW_PREFIX",
  "JAVA_HOME",
  "MISE_DATA_DIR",
  "NVM_DIR",
  "PNPM_HOME",
  "PYENV_ROOT",
  "RUSTUP_HOME",
  "UV_CACHE_DIR",
  "UV_TOOL_DIR",
  "VOLTA_HOME",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
];

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment that every server's process starts with.
 *
 * @param shell what the login shell exports, where one was asked
 */
export const baseEnvironment = (
  env: Variables,
  shell: Variables = env,
): Record<string, string> => ({
  ...pick(env, OF_THE_SESSION),
  ...pick(shell, OF_THE_SHELL),
});

function pick(env: Variables, names: readonly string[]): Record<string, string> {
  const windows = process.platform === "win32";
  const given = new Map(
    Object.entries(env).map(([name, value]) => [windows ? name.toUpperCase() : name, value]),
  );
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = given.get(name);
    // A value that begins like this is an exported shell function, which bash would run.
    if (value !== undefined && !value.startsWith("()")) kept[name] = value;
  }
  return kept;
}
