import type { ClientsView } from "@local-mcp/contract";
import { CircleAlert, CircleCheck, Moon } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { ago } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { nameOf } from "../clients/observed.ts";
import { useNow } from "../servers/use-now.ts";
import { clientDetail, recentClients, recentlyRefused } from "./connected.ts";

const MINUTE = 60_000;
/** More are shown on demand. */
const FEW = 10;

const ICON = { "aria-hidden": true, size: 16, strokeWidth: 1.75 } as const;

/** Who uses the endpoint now. */
export function ConnectedNow({ clients: view }: { clients: ClientsView }) {
  const now = useNow(MINUTE);
  const [all, setAll] = useState(false);
  const clients = recentClients(view.clients, now);
  const shown = all ? clients : clients.slice(0, FEW);
  const refused = recentlyRefused(view, now);
  return (
    <Section title="Connected now">
      {clients.length === 0 && !refused ? (
        <p className="text-text-2">No client is connected.</p>
      ) : (
        <Panel>
          {refused ? (
            <Row
              icon={<CircleAlert {...ICON} className="shrink-0 text-warn" />}
              title="A client called with a token that is not valid here"
              detail={
                <>
                  {refused.userAgent === null ? null : (
                    <>
                      <UntrustedText text={refused.userAgent} /> ·{" "}
                    </>
                  )}
                  {ago(refused.at, now)}
                </>
              }
              actions={
                <Button size="toolbar" onClick={() => openDialog({ type: "connect_client" })}>
                  Create a new token…
                </Button>
              }
            />
          ) : null}
          {shown.map((client) => (
            <Row
              key={client.id}
              icon={
                client.active ? (
                  <CircleCheck {...ICON} className="shrink-0 text-ok" />
                ) : (
                  <Moon {...ICON} className="shrink-0 text-text-2" />
                )
              }
              title={<UntrustedText text={nameOf(client)} />}
              detail={clientDetail(client, now)}
            />
          ))}
        </Panel>
      )}
      {shown.length < clients.length ? (
        <Button kind="quiet" size="toolbar" onClick={() => setAll(true)}>
          Show all {clients.length} clients
        </Button>
      ) : null}
    </Section>
  );
}
