import type { ServerView } from "@local-mcp/contract";
import { Button } from "../../components/button.tsx";
import { Panel } from "../../components/page.tsx";
import { StateIcon } from "../../components/state-badge.tsx";
import { count } from "../../components/time.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { TroubleLine } from "../servers/trouble-block.tsx";
import { isWell, stateWord } from "../servers/trouble.ts";
import { useStateClock } from "../servers/use-now.ts";

/** Each server on its way to ready; one that fails says why and holds up nobody. */
export function StartStep({ servers }: { servers: ServerView[] }) {
  const now = useStateClock(...servers.map(({ status }) => status.state));
  const unconfirmed = servers.filter(({ status }) => status.state === "unconfirmed");
  if (servers.length === 0) return <p className="text-text-2">Add a server first.</p>;
  return (
    <div className="space-y-3">
      <Panel>
        {servers.map((server) => (
          <div key={server.id} className="px-3">
            {/* What waits for a review has the one button below them all. */}
            {isWell(server) || ["starting", "unconfirmed"].includes(server.status.state) ? (
              <p className="flex min-h-9 items-center gap-2 py-1">
                <StateIcon state={server.status.state} />
                <span className="font-medium">{server.title}</span>
                <span className="text-text-2">{progress(server, now)}</span>
              </p>
            ) : (
              <TroubleLine server={server} />
            )}
          </div>
        ))}
      </Panel>
      {unconfirmed.length === 0 ? null : (
        <Button
          kind="primary"
          onClick={() => openDialog({ type: "review", servers: unconfirmed.map(({ id }) => id) })}
        >
          {unconfirmed.length === 1
            ? "Review command…"
            : `Review ${count(unconfirmed.length, "command")}…`}
        </Button>
      )}
    </div>
  );
}

/** “Starting, 4 s”, “Ready · 13 tools”. */
const progress = (server: ServerView, now: number): string =>
  isWell(server)
    ? `${stateWord(server.status, now)} · ${count(server.counts.tools, "tool")}`
    : stateWord(server.status, now);
