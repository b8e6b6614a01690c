import { counted, type EndedProcesses } from "@local-mcp/engine";

/** What ended with the gateway, on one line; null where nothing ran. */
export function closingText({ servers, processes, forced, left }: EndedProcesses): string | null {
  if (servers === 0 && left.length === 0) return null;
  const counts = `${counted(servers, "server")} (${processes} ${processes === 1 ? "process" : "processes"})`;
  return [
    `Stopped. Ended ${counts}.`,
    ...(forced.length === 0 ? [] : [`Had to be killed: ${forced.join(", ")}.`]),
    ...(left.length === 0 ? [] : [`Could not be ended: ${left.join(", ")}.`]),
  ].join(" ");
}
