import type { GatewayEvent, GatewayStatus, ServerView } from "@local-mcp/contract";
import { type ConnectionState, useConnection } from "../stores/connection.ts";
import { api, client, queryClient } from "./api.ts";
import { reconnect } from "./link.ts";

const RETRY_MS = 1000;
const TOGETHER_MS = 200;

/**
 * Keeps what was read true: each event of the gateway writes the status it carries and lets
 * everything else that it concerns be read again. Returns how to stop.
 */
export function stayLive(): () => void {
  const stopped = new AbortController();
  void watch(stopped.signal);
  return () => stopped.abort();
}

async function watch(signal: AbortSignal): Promise<void> {
  const set = (state: ConnectionState["state"]): void => useConnection.setState({ state });
  while (!signal.aborted) {
    try {
      const events = await client.status.events(undefined, { signal });
      // What changed while nobody listened is not known, so everything is read again.
      await queryClient.invalidateQueries();
      set("live");
      for await (const event of events) apply(event);
    } catch {
      // Told by the state below: whatever the reason, the line is gone.
    }
    if (signal.aborted) return;
    set("lost");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    reconnect();
  }
}

function apply(event: GatewayEvent): void {
  switch (event.type) {
    case "server.status":
      write<ServerView[]>(api.servers.list.queryKey(), (servers) => withStatus(servers, event));
      write<GatewayStatus>(api.status.get.queryKey(), (status) => ({
        ...status,
        servers: withStatus(status.servers, event),
      }));
      refresh(
        api.servers.get.key(),
        api.servers.activity.key(),
        api.servers.output.key(),
        api.servers.usage.key(),
        api.servers.toolChanges.key(),
      );
      if (event.status.state === "ready")
        refresh(api.servers.list.key(), api.servers.capabilities.key(), api.profiles.key());
      return;
    case "gateway.status":
      refresh(api.status.key());
      return;
    case "servers.changed":
      // The vault says how many secrets it holds.
      refresh(
        api.servers.key(),
        api.profiles.key(),
        api.status.key(),
        api.vault.key(),
        api.logs.levels.key(),
      );
      return;
    case "profiles.changed":
      refresh(
        api.profiles.key(),
        api.servers.key(),
        api.status.key(),
        api.tokens.key(),
        api.clients.key(),
        api.sessions.list.key(),
        api.tools.list.key(),
        api.prompts.list.key(),
        api.resources.list.key(),
        api.roots.list.key(),
        api.logs.levels.key(),
      );
      return;
    case "tools.changed":
      refreshLocal(api.tools.key());
      return;
    case "prompts.changed":
      refreshLocal(api.prompts.key());
      return;
    case "resources.changed":
      // Roots count the files in them.
      refreshLocal(api.resources.key(), api.roots.list.key());
      return;
    case "roots.changed":
      // Resources may be files in them.
      refreshLocal(api.roots.key(), api.resources.key());
      return;
    case "catalog.changed":
      refresh(api.profiles.key(), api.servers.key());
      return;
    case "tokens.changed":
      refresh(api.tokens.key(), api.clients.key(), api.sessions.list.key());
      return;
    case "settings.changed":
      refresh(
        api.settings.key(),
        api.status.key(),
        api.clients.snippets.key(),
        api.backups.list.key(),
      );
      return;
    case "vault.changed":
      refresh(api.vault.key(), api.status.key(), api.servers.key());
      return;
    case "sessions.changed":
    case "clients.changed":
      refresh(
        api.clients.list.key(),
        api.sessions.list.key(),
        api.status.get.key(),
        api.tokens.list.key(),
      );
      return;
    case "runtimes.changed":
      refresh(api.runtimes.key(), api.status.doctor.key());
      return;
    case "backups.changed":
      refreshSoon(api.backups.key());
      return;
    case "logs.changed":
      refresh(
        api.logs.state.key(),
        api.logs.levels.key(),
        api.logs.findings.key(),
        api.status.get.key(),
      );
      return;
    case "transfer.changed":
      refreshSoon(api.transfer.jobs.key());
      return;
    case "audit.changed":
      // Only what counts the new ones: a list that is being read stays as it is.
      refresh(api.audit.list.key({ type: "query" }));
  }
}

/**
 * Writes what an event carries into what was read. What has to be read again is not taken for read by
 * that, be it on its way or not asked for before somebody looks.
 */
function write<Data>(queryKey: readonly unknown[], change: (data: Data) => Data): void {
  if (queryClient.getQueryState(queryKey)?.isInvalidated) refresh(queryKey);
  else queryClient.setQueryData<Data>(queryKey, (data) => data && change(data));
}

type StatusEvent = Extract<GatewayEvent, { type: "server.status" }>;

const withStatus = <Of extends { id: string }>(
  servers: Of[],
  { serverId, status }: StatusEvent,
): Of[] => servers.map((server) => (server.id === serverId ? { ...server, status } : server));

/** By key, as text. */
const soon = new Map<string, ReturnType<typeof setTimeout>>();

/** A job tells of each step it makes; what it changes is read a few times a second. */
function refreshSoon(queryKey: readonly unknown[]): void {
  const name = JSON.stringify(queryKey);
  if (soon.has(name)) return;
  const read = (): void => {
    soon.delete(name);
    refresh(queryKey);
  };
  soon.set(name, setTimeout(read, TOGETHER_MS));
}

/** What the gateway defines itself is in profiles, and some of it has secrets. */
const refreshLocal = (...keys: readonly (readonly unknown[])[]): void =>
  refresh(...keys, api.profiles.key(), api.vault.key());

function refresh(...keys: readonly (readonly unknown[])[]): void {
  for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
}
