import type { GatewayStatus, ServerState, VaultStatus } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { portIsOurs, saysLogsOff, waitingForVault, wholeProblems } from "./problems.ts";
import { gatewayStatusOf, serverOf, vaultOf as vault } from "./test-kit.ts";

const status = (...states: ServerState[]): GatewayStatus =>
  gatewayStatusOf(states.map((state, index) => serverOf(`server ${index}`, state)));

const taken = {
  code: "port_taken",
  message: "Port 4444 is used by node (pid 7). Clients cannot connect.",
  wayOut: "",
  params: { port: 4444, other: 4445, holder: "node (pid 7)" },
};

describe("the banners", () => {
  it("claim nothing while nothing is known", () => {
    expect(
      wholeProblems({ connection: "connecting", status: undefined, vault: undefined }),
    ).toEqual([]);
  });

  it("are none while all is well", () => {
    expect(
      wholeProblems({ connection: "live", status: status("ready"), vault: vault({}) }),
    ).toEqual([]);
  });

  it("tell of backups that are late beside whatever else there is to know", () => {
    const warning = (code: string) => ({ code, message: code, wayOut: "", params: {} });
    const warnings = [warning("host_open"), warning("backup_late"), warning("other")];
    expect(
      wholeProblems({
        connection: "live",
        status: { ...status("ready"), warnings },
        vault: vault({}),
      }),
    ).toEqual([
      { kind: "backups", problem: warnings[1] },
      { kind: "warned", problem: warnings[0] },
    ]);
  });

  it("tell of debug logs that are not recorded beside everything else, the worse of them", () => {
    const warning = (code: string) => ({ code, message: code, wayOut: "", params: {} });
    const warnings = [
      warning("traffic_set_aside"),
      warning("logs_stopped"),
      warning("logs_dropped"),
    ];
    const problems = wholeProblems({
      connection: "live",
      status: { ...status("ready"), warnings },
      vault: vault({}),
    });
    expect(problems).toEqual([
      { kind: "logs", problem: warnings[1] },
      { kind: "warned", problem: warnings[0] },
    ]);
  });

  it("tell that nothing is recorded where logs are looked for", () => {
    const off = { level: "off", rows: 3 } as const;
    expect(saysLogsOff("overview", off)).toBe(true);
    expect(saysLogsOff("logs", off)).toBe(true);
    expect(saysLogsOff("servers", off)).toBe(false);
    // The page says it in the place of rows.
    expect(saysLogsOff("logs", { ...off, rows: 0 })).toBe(false);
    expect(saysLogsOff("overview", { level: "errors", rows: 3 })).toBe(false);
    expect(saysLogsOff("overview", undefined)).toBe(false);
    const facts = { connection: "live", status: status("ready"), vault: vault({}) } as const;
    expect(wholeProblems({ ...facts, logsOff: true })).toEqual([{ kind: "logs_off" }]);
  });

  it("come with the worst first", () => {
    const problems = wholeProblems({
      connection: "lost",
      status: { ...status("locked", "ready", "locked"), url: null, problem: taken },
      vault: vault({ state: "locked" }),
    });
    expect(problems).toEqual([
      { kind: "link_lost" },
      { kind: "port_taken", message: taken.message, other: 4445 },
      { kind: "vault_locked", waiting: 2, why: [], opensByHand: false },
    ]);
  });

  it("tell that sessions cannot be stored before what is only late", () => {
    const [down, late] = ["session_store_down", "backup_late"].map((code) => ({ ...taken, code }));
    const problems = wholeProblems({
      connection: "live",
      status: { ...status("ready"), warnings: [late, down].filter((one) => one !== undefined) },
      vault: vault({ state: "open" }),
    });
    expect(problems.map(({ kind }) => kind)).toEqual(["sessions", "backups"]);
  });

  it("tell what has to be known of an address that is served, after what is wrong", () => {
    const taken1 = { ...taken, code: "localhost_taken", message: "Port 4444 of [::1] is used." };
    const problems = wholeProblems({
      connection: "live",
      status: { ...status("ready"), warnings: [taken1] },
      vault: vault({ state: "locked" }),
    });
    expect(problems.map(({ kind }) => kind)).toEqual(["vault_locked", "warned"]);
  });

  it("offer another port only where one is named", () => {
    const refused = { ...taken, code: "address_refused", params: { host: "1.2.3.4" } };
    const problems = wholeProblems({
      connection: "live",
      status: { ...status(), problem: refused },
      vault: vault({}),
    });
    expect(problems).toEqual([{ kind: "not_serving", problem: refused }]);
  });

  it("ask for a passphrase where a keychain was looked for and is not there", () => {
    const missing = (keychain: VaultStatus["keychain"]) =>
      wholeProblems({
        connection: "live",
        status: status(),
        vault: vault({ state: "missing", keychain }),
      });
    const problem = "No keyring answers.";
    expect(missing({ available: false, name: "Keyring", problem })).toEqual([
      { kind: "vault_weak", why: problem },
    ]);
    expect(missing({ available: true, name: "Keyring", problem: null })).toEqual([]);
    expect(missing(null)).toEqual([]);
  });
});

describe("a vault whose key is gone", () => {
  it("is a problem of its own, and names how many secrets nobody can read", () => {
    const lost = vault({ state: "lost", secrets: 2 });
    expect(wholeProblems({ connection: "live", status: status("locked"), vault: lost })).toEqual([
      { kind: "vault_lost", secrets: 2, waiting: 1 },
    ]);
  });
});

describe("a locked vault", () => {
  it("says why, in the words of the gateway", () => {
    const message = "Secrets were sealed with KWallet; this session offers GNOME Keyring.";
    const changed = vault({
      state: "locked",
      problem: { code: "keychain_changed", message, wayOut: "" },
    });
    expect(wholeProblems({ connection: "live", status: status(), vault: changed })).toMatchObject([
      { kind: "vault_locked", why: expect.arrayContaining([message]) },
    ]);
  });

  it("says how many servers wait", () => {
    expect(waitingForVault(1)).toBe("1 server waits for its secrets; the others work.");
    expect(waitingForVault(3)).toBe("3 servers wait for their secrets; the others work.");
    expect(waitingForVault(0)).toContain("No server waits");
  });
});

describe("the port", () => {
  const port = (source: "default" | "stored" | "environment" | "argument") => [
    { key: "host" as const, value: "127.0.0.1", default: "127.0.0.1", source: "default" as const },
    { key: "port" as const, value: 4444, default: 4444, source },
  ];

  it("can be changed here unless it was given at the start", () => {
    expect(portIsOurs(port("default"))).toBe(true);
    expect(portIsOurs(port("stored"))).toBe(true);
    expect(portIsOurs(port("environment"))).toBe(false);
    expect(portIsOurs(port("argument"))).toBe(false);
  });
});
