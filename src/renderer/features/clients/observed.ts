import type { ClientsView, ClientView } from "@local-mcp/contract";
import { count, duration } from "../../components/time.ts";

/** A client that somebody has just been told how to connect. */
export interface Awaited {
  /** What people call it. */
  title: string;
  /** The token made for it; null where it needs none, or has one already. */
  tokenId: string | null;
  /** When the waiting began, ms since 1970. */
  since: number;
  /** When the snippet was copied, ms since 1970; null while it was not. */
  copiedAt: number | null;
}

export interface Fact {
  id: "copied" | "connected" | "listed" | "called";
  /** Whether it was observed. */
  seen: boolean;
  text: string;
  /** A name that the client or a server chose, shown behind the text. */
  name?: string;
  /** Behind the name. */
  more?: string;
  /** Seen, and it went wrong. */
  failed?: boolean;
}

/** The client that is waited for: by its token, else whoever came since. */
export const awaitedClient = ({ clients }: ClientsView, { tokenId, since }: Awaited) =>
  clients
    .filter((client) =>
      tokenId === null ? client.connectedAt >= since : client.tokenId === tokenId,
    )
    .sort(
      (a, b) =>
        Number(b.firstCall !== null) - Number(a.firstCall !== null) || b.lastSeenAt - a.lastSeenAt,
    )
    .at(0);

/** The four lines, in the order in which they come true. None claims what was not observed. */
export function factsOf(awaited: Awaited, clients: ClientsView): Fact[] {
  const client = awaitedClient(clients, awaited);
  return [copied(awaited, client), connected(awaited, client), listed(client), called(client)];
}

function copied({ copiedAt }: Awaited, client: ClientView | undefined): Fact {
  if (copiedAt !== null) return { id: "copied", seen: true, text: "Snippet copied" };
  // It was typed, or read by the client from where it was put before.
  return client
    ? { id: "copied", seen: true, text: "Snippet in place" }
    : { id: "copied", seen: false, text: "Snippet not copied yet" };
}

function connected({ title }: Awaited, client: ClientView | undefined): Fact {
  return client
    ? { id: "connected", seen: true, text: "", name: nameOf(client), more: " connected" }
    : { id: "connected", seen: false, text: `Waiting for ${title}` };
}

function listed(client: ClientView | undefined): Fact {
  return client?.listed
    ? { id: "listed", seen: true, text: `Listed ${count(client.listed.tools, "tool")}` }
    : { id: "listed", seen: false, text: "Tools not listed yet" };
}

function called(client: ClientView | undefined): Fact {
  const call = client?.firstCall;
  if (!call) return { id: "called", seen: false, text: "No tool called yet" };
  return {
    id: "called",
    seen: true,
    text: "First call: ",
    name: call.tool,
    more: call.ok ? `, ${duration(call.durationMs)}` : " answered with an error",
    failed: !call.ok,
  };
}

/** “Cursor 3.1”, as the client called itself. */
export const nameOf = ({ name, version }: ClientView): string =>
  version === null ? name : `${name} ${version}`;

/** A refused token that arrived while somebody waited, and was not followed by a better one. */
export function refusedSince(
  { refused, clients }: ClientsView,
  awaited: Awaited,
): ClientsView["refused"] {
  if (refused === null || refused.at < awaited.since) return null;
  const client = awaitedClient({ refused, clients }, awaited);
  return client && client.lastSeenAt >= refused.at ? null : refused;
}

/** Without an arrival for this long something is wrong, ms. */
export const PATIENCE_MS = 30_000;
