import {
  type GatewayStatus,
  NEEDS_A_PERSON,
  needsAPerson,
  type ServerState,
} from "@local-mcp/contract";
import { count } from "../../components/time.ts";
import { wantsMore } from "../servers/trouble.ts";

type StatusServer = GatewayStatus["servers"][number];

export interface Attention {
  /** Each needs a person. Those that only wait for the vault are one thing to do, and apart. */
  rows: StatusServer[];
  waitingForVault: StatusServer[];
  /** What changed of their tools is to be read. */
  changed: StatusServer[];
  /** Servers that are in any of these. */
  total: number;
  /** They wait for a person to read their command. */
  unconfirmed: StatusServer[];
  /** They work, but for what their sign-in does not allow. */
  wantingMore: StatusServer[];
  /** They try again by themselves. */
  retrying: StatusServer[];
  /** What is to say of the others; null where rows say it all, or nothing is known. */
  rest: { text: string; well: boolean } | null;
}

export function attentionOf(status: GatewayStatus): Attention {
  const inState = (state: ServerState): StatusServer[] =>
    status.servers.filter((server) => server.status.state === state);
  const needing = status.servers.filter((server) => NEEDS_A_PERSON.includes(server.status.state));
  const locked = inState("locked");
  const together = locked.length > 1;
  const unconfirmed = inState("unconfirmed");
  const retrying = inState("retrying");
  const wantingMore = status.servers.filter((server) => wantsMore(server.status));
  const attention = status.servers.filter((server) => needsAPerson(server.status));
  const quiet = attention.length + unconfirmed.length + retrying.length + wantingMore.length === 0;
  return {
    rows: together ? needing.filter((server) => !locked.includes(server)) : needing,
    waitingForVault: together ? locked : [],
    changed: attention.filter((server) => server.status.changedTools > 0),
    total: attention.length,
    unconfirmed,
    wantingMore,
    retrying,
    rest: restOf(status, inState("starting").length, quiet),
  };
}

function restOf(
  { url, servers }: GatewayStatus,
  starting: number,
  quiet: boolean,
): Attention["rest"] {
  if (starting > 0) {
    const text = `${count(starting, "server")} ${starting === 1 ? "is" : "are"} starting.`;
    return { text, well: false };
  }
  if (!quiet || servers.length === 0 || url === null) return null;
  return servers.every(({ status }) => status.state === "off")
    ? { text: "Every server is off.", well: false }
    : { text: "Everything is ready.", well: true };
}
