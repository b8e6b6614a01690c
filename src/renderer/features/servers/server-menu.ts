import type { ServerView } from "@local-mcp/contract";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { exportRoute, navigate, routeTo } from "../../app/router.ts";
import type { MenuEntry } from "../../components/menu.tsx";
import { toast } from "../../components/toast.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { serverJson } from "./server-json.ts";
import { canSignIn, isSignedIn } from "./sign-in-facts.ts";
import { signIn } from "./sign-in-run.ts";

interface ServerMenuOptions {
  server: ServerView;
  /** Takes an error of what was chosen. */
  attempt: (run: () => Promise<unknown>) => void;
  onDelete: () => void;
}

/** What can be done with one server, the same in its row and on its page. */
export function serverMenu({ server, attempt, onDelete }: ServerMenuOptions): MenuEntry[] {
  const { id, title, status } = server;
  const cannotRun =
    status.state === "off" ? "It is off." : status.state === "unconfirmed" && "Review it first.";
  return [
    {
      label: "Restart",
      disabled: cannotRun,
      run: () =>
        attempt(async () => {
          announce(`Restarting ${title}.`);
          await client.servers.restart({ server: id });
        }),
    },
    ...signInEntries(server),
    { label: "Edit", run: () => navigate(routeTo("servers", [id, "settings"])) },
    {
      label: "Copy as JSON",
      run: () =>
        attempt(async () => {
          await client.desktop.copyText({ text: serverJson(server) });
          toast({ key: "copied", text: `${title} was copied without its secrets.` });
        }),
    },
    { label: "Export…", run: () => navigate(exportRoute("server", server.name)) },
    "separator",
    { label: "Delete…", danger: true, shortcut: "Del", run: onDelete },
  ];
}

/** Of a server that a person can sign in to. */
function signInEntries(server: ServerView): MenuEntry[] {
  if (!canSignIn(server)) return [];
  return [
    { label: "Sign in…", disabled: !server.enabled && "It is off.", run: () => signIn(server) },
    {
      label: "Sign out…",
      disabled: !isSignedIn(server) && "Not signed in",
      run: () => openDialog({ type: "sign_out", server: server.id }),
    },
  ];
}

/** Turns a server on or off. */
export async function turn(server: ServerView, enabled: boolean): Promise<void> {
  await client.servers.update({ server: server.id, changes: { enabled } });
  announce(`${server.title} is ${enabled ? "on" : "off"}.`);
}
