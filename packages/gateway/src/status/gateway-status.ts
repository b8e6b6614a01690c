import { AT_REST, type GatewayStatus, needsAPerson, type ServerStatus } from "@local-mcp/contract";

/** States in which a call is answered. */
const WELL: readonly ServerStatus["state"][] = ["ready", "idle"];

/** The roll-up of all servers: one state and one line. */
export function rollUp(
  url: string | null,
  servers: readonly { enabled: boolean; status: ServerStatus }[],
): Pick<GatewayStatus, "state" | "summary"> {
  if (url === null) return { state: "not_serving", summary: "Not serving" };
  const counted = servers.filter(({ status }) => !AT_REST.includes(status.state));
  const ready = counted.filter(({ status }) => WELL.includes(status.state)).length;
  const attention = counted.filter(({ status }) => needsAPerson(status)).length;
  const progress =
    counted.length === 0
      ? "no server on"
      : `${ready} of ${counted.length} ${counted.length === 1 ? "server" : "servers"} ready`;
  if (attention > 0) {
    const verb = attention === 1 ? "needs" : "need";
    return {
      state: "attention",
      summary: `Serving · ${progress} · ${attention} ${verb} attention`,
    };
  }
  const starting = counted.some(({ status }) => status.state === "starting");
  return {
    state: starting && ready === 0 ? "starting" : "serving",
    summary: `Serving · ${progress}`,
  };
}
