import type { GatewayStatus } from "@local-mcp/contract";
import { CircleCheck } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { StateIcon } from "../../components/state-badge.tsx";
import { count } from "../../components/time.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { TroubleLine } from "../servers/trouble-block.tsx";
import { ChangesLine } from "../tool-changes/changes-line.tsx";
import { attentionOf } from "./attention.ts";

/** What needs a person, what is not ready yet, or one line that says that all is well. */
export function NeedsAttention({ status }: { status: GatewayStatus }) {
  const { rows, waitingForVault, changed, total, unconfirmed, wantingMore, retrying, rest } =
    attentionOf(status);
  if (status.servers.length === 0) {
    return (
      <Panel>
        <Row
          title="No server has been added yet"
          detail="Add a server once and every client can use it."
          actions={<Button onClick={() => openDialog({ type: "add_server" })}>Add server…</Button>}
        />
      </Panel>
    );
  }
  return (
    <>
      {total === 0 ? null : (
        <Section title={`Needs attention (${total})`}>
          <Panel>
            {rows.map((server) => (
              <Line key={server.id} server={server} />
            ))}
            {waitingForVault.length === 0 ? null : (
              <Row
                icon={<StateIcon state="locked" />}
                title={`${count(waitingForVault.length, "server")} wait for the vault`}
                detail={waitingForVault.map(({ title }) => title).join(", ")}
                actions={
                  <Button
                    size="toolbar"
                    onClick={() => navigate(routeTo("settings", [], { section: "vault" }))}
                  >
                    Unlock vault…
                  </Button>
                }
              />
            )}
            {changed.map((server) => (
              <div key={server.id} className="px-3 py-1">
                <ChangesLine server={server} />
              </div>
            ))}
          </Panel>
        </Section>
      )}
      {wantingMore.length === 0 ? null : (
        <Section title="More access wanted">
          <Panel>
            {wantingMore.map((server) => (
              <Line key={server.id} server={server} />
            ))}
          </Panel>
        </Section>
      )}
      {unconfirmed.length + retrying.length === 0 ? null : (
        <Section title="Not ready yet">
          <Panel>
            {retrying.map((server) => (
              <Line key={server.id} server={server} />
            ))}
            {unconfirmed.length > 1 ? (
              <Row
                icon={<StateIcon state="unconfirmed" />}
                title={`${count(unconfirmed.length, "server")} have not been started yet`}
                detail={unconfirmed.map(({ title }) => title).join(", ")}
                actions={
                  <Button
                    size="toolbar"
                    onClick={() =>
                      openDialog({ type: "review", servers: unconfirmed.map(({ id }) => id) })
                    }
                  >
                    Review commands…
                  </Button>
                }
              />
            ) : (
              unconfirmed.map((server) => <Line key={server.id} server={server} />)
            )}
          </Panel>
        </Section>
      )}
      {rest === null ? null : (
        <p className="flex items-center gap-2 text-text-2">
          {rest.well ? (
            <CircleCheck aria-hidden size={16} strokeWidth={1.75} className="text-ok" />
          ) : null}
          {rest.text}
        </p>
      )}
    </>
  );
}

function Line({ server }: { server: GatewayStatus["servers"][number] }) {
  return (
    <div className="px-3 py-1">
      <TroubleLine server={server} />
    </div>
  );
}
