import type { BackupJob, GatewayStatus, ServerStatus, SignInStatus } from "@local-mcp/contract";
import { statusOf } from "@local-mcp/contract/test-kit";
import { expect, test } from "vitest";
import { type Notice, Notifications } from "./notifications.ts";

const HOUR_MS = 60 * 60 * 1000;

const create = (remembered: Record<string, number> = {}) => {
  const shown: Notice[] = [];
  const clock = { now: 1_000_000_000_000 };
  let lastShown = remembered;
  const notifications = new Notifications({
    now: () => clock.now,
    show: (notice) => shown.push(notice),
    lastShown: () => lastShown,
    remember: (next) => {
      lastShown = next;
    },
  });
  return { notifications, shown, clock, lastShown: () => lastShown };
};

const server = (
  title: string,
  status: Partial<ServerStatus>,
): GatewayStatus["servers"][number] => ({
  id: `id-${title}`,
  name: title,
  title,
  enabled: true,
  status: statusOf(status),
});
const signIn = (title: string) =>
  server(title, { state: "needs_sign_in", signIn: signInOf("again") });
/** What it says of itself, and of who signed in there, is in no notification. */
const signInOf = (state: SignInStatus["state"]): SignInStatus => ({
  state,
  message: "Sign in again, because c4n4ry",
  issuer: "https://c4n4ry.test",
  account: "c4n4ry",
  scopes: ["c4n4ry"],
  wanted: [],
  expiresAt: null,
  renews: false,
  waiting: null,
});
const crashed = (title: string) =>
  server(title, {
    state: "failed",
    reason: { code: "crash_loop", message: "c4n4ry", detail: "c4n4ry" },
  });

test("what needs a person is told once a day for each cause", () => {
  const { notifications, shown, clock } = create();
  for (let hour = 0; hour < 24; hour += 1) {
    notifications.consider({ servers: [signIn("GitHub")] });
    clock.now += HOUR_MS;
  }
  expect(shown).toMatchObject([
    { title: "GitHub needs you to sign in", route: "/servers/id-GitHub" },
  ]);
  notifications.consider({ servers: [signIn("GitHub")] });
  expect(shown).toHaveLength(2);
});

test("servers with the same trouble are told of together, and a later one by itself", () => {
  const { notifications, shown } = create();
  notifications.consider({ servers: [signIn("GitHub"), signIn("Linear"), crashed("files")] });
  notifications.consider({ servers: [signIn("GitHub"), signIn("Notion")] });
  expect(shown.map(({ title, route }) => `${title} ${route}`)).toEqual([
    "2 servers need you to sign in /servers",
    "files crashed repeatedly and was left stopped /servers/id-files",
    "Notion needs you to sign in /servers/id-Notion",
  ]);
});

test("a sign-in that a person is on the way with needs no telling, and nothing it says is told", () => {
  const { notifications, shown } = create();
  const waiting = server("Linear", { state: "needs_sign_in", signIn: signInOf("waiting") });
  notifications.consider({ servers: [waiting] });
  expect(shown).toEqual([]);
  notifications.consider({ servers: [signIn("Linear")] });
  expect(shown).toHaveLength(1);
  expect(JSON.stringify(shown)).not.toContain("c4n4ry");
});

test("reconnects, successes and single failures are nobody's concern", () => {
  const { notifications, shown } = create();
  notifications.consider({
    servers: [
      server("a", { state: "ready" }),
      server("b", { state: "retrying" }),
      server("c", { state: "starting" }),
      server("d", { state: "failed", reason: { code: "exited", message: "", detail: null } }),
      server("e", { state: "unconfirmed" }),
    ],
  });
  expect(shown).toEqual([]);
});

test("changed tools are told of, and nothing a server said is in any of it", () => {
  const { notifications, shown } = create();
  notifications.consider({
    servers: [
      crashed("x"),
      server("y", { changedTools: 2, heldTools: 2 }),
      server("z", { changedTools: 1 }),
    ],
  });
  expect(shown.map(({ cause }) => cause)).toEqual(["stopped", "tools_held", "tools_changed"]);
  expect(shown.map(({ route }) => route)).toEqual([
    "/servers/id-x",
    "/servers/id-y/changes",
    "/servers/id-z/changes",
  ]);
  expect(JSON.stringify(shown)).not.toContain("c4n4ry");
});

test("what is said once stays said, also after a restart; what is old is forgotten", () => {
  const first = create();
  const notice = { cause: "tray.first", title: "Still serving", body: "", route: "/overview" };
  first.notifications.once(notice);
  first.notifications.consider({ servers: [signIn("GitHub")] });
  expect(Object.keys(first.lastShown())).toEqual(["tray.first", "sign_in:id-GitHub"]);

  const second = create(first.lastShown());
  second.notifications.once(notice);
  second.notifications.consider({ servers: [signIn("GitHub")] });
  expect(second.shown).toEqual([]);
  second.clock.now += 48 * HOUR_MS;
  second.notifications.once(notice);
  second.notifications.consider({ servers: [crashed("files")] });
  expect(second.shown.map(({ cause }) => cause)).toEqual(["stopped"]);
  expect(Object.keys(second.lastShown())).toEqual(["tray.first", "stopped:id-files"]);
});

const running: BackupJob = {
  id: "1",
  kind: "restore",
  state: "running",
  phase: "decrypt",
  progress: null,
  cancellable: true,
  problem: null,
  notes: [],
};

test("a restore that ends while nobody looks is told of once; one that nobody began here is not", () => {
  const { notifications, shown } = create();
  notifications.followJob(running, false);
  notifications.followJob({ ...running, state: "done" }, false);
  expect(shown).toEqual([]);

  notifications.followJob({ ...running, id: "2" }, true);
  notifications.followJob({ ...running, id: "2" }, false);
  notifications.followJob({ ...running, id: "2", state: "done" }, false);
  notifications.followJob({ ...running, id: "2", state: "done" }, false);
  expect(shown).toMatchObject([{ title: "The backup is restored", route: "/backups" }]);

  notifications.followJob({ ...running, id: "3" }, true);
  notifications.followJob({ ...running, id: "3", state: "done" }, true);
  notifications.followJob({ ...running, id: "4" }, true);
  notifications.followJob({ ...running, id: "4", state: "cancelled" }, false);
  notifications.followJob({ ...running, id: "5", kind: "verify" }, true);
  notifications.followJob({ ...running, id: "5", kind: "verify", state: "done" }, false);
  expect(shown).toHaveLength(1);
  notifications.followJob({ ...running, id: "6" }, true);
  notifications.followJob({ ...running, id: "6", state: "failed" }, false);
  expect(shown.at(-1)?.title).toBe("The backup was not restored");
});

test("backups that are late are told of once a day, without their folder", () => {
  const { notifications, shown, clock } = create();
  const warning = {
    code: "backup_late",
    message: "c4n4ry",
    wayOut: "c4n4ry",
    params: { reason: "c4n4ry" },
  };
  for (let hour = 0; hour < 24; hour += 1) {
    notifications.considerWarnings({ warnings: [warning, { ...warning, code: "other" }] });
    clock.now += HOUR_MS;
  }
  expect(shown).toMatchObject([{ title: "The last good backup is old", route: "/backups" }]);
  expect(JSON.stringify(shown)).not.toContain("c4n4ry");
  notifications.considerWarnings({ warnings: [warning] });
  expect(shown).toHaveLength(2);
});

test("debug logs that are not recorded are told of once a day, those dropped under load never", () => {
  const { notifications, shown, clock } = create();
  const warnings = ["logs_stopped", "logs_dropped"].map((code) => ({
    code,
    message: "c4n4ry",
    wayOut: "",
    params: { reason: "c4n4ry" },
  }));
  for (let hour = 0; hour < 24; hour += 1) {
    notifications.considerWarnings({ warnings });
    clock.now += HOUR_MS;
  }
  expect(shown).toMatchObject([{ title: "Debug logs are not recorded", route: "/logs" }]);
  expect(JSON.stringify(shown)).not.toContain("c4n4ry");
  notifications.considerWarnings({ warnings });
  expect(shown).toHaveLength(2);
});
