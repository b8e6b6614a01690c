import type { SessionView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, client, queryClient } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { RowList } from "../../components/row-list.tsx";
import { toast } from "../../components/toast.tsx";
import { narrowed, showRows } from "../logs/narrow.ts";
import { useKeptFocus } from "../servers/use-kept-focus.ts";
import { useNow } from "../servers/use-now.ts";
import { DisconnectDialog } from "./disconnect-dialog.tsx";
import { SessionListHead, SessionRow } from "./session-row.tsx";
import { clientName, disconnectedText } from "./session-words.ts";

/** The rows of the page: one stop for Tab, in which keys move and act. */
export function SessionRows({ sessions }: { sessions: SessionView[] }) {
  const [active, setActive] = useState<string | null>(null);
  const [asked, setAsked] = useState<SessionView | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const keptFocus = useKeptFocus(() => list.current);
  const now = useNow(30_000);
  const end = useMutation({
    mutationFn: ({ id }: SessionView) => client.sessions.remove({ session: id }),
    onSuccess: (removed) => {
      const at = sessions.findIndex(({ id }) => id === removed.id);
      setActive((sessions[at + 1] ?? sessions[at - 1])?.id ?? null);
      setAsked(null);
      toast({ key: `disconnected ${removed.id}`, text: disconnectedText(removed.client) });
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: api.sessions.list.key() }),
  });
  const disconnect = (session: SessionView): void => {
    if (session.running > 0) setAsked(session);
    else end.mutate(session);
  };
  const logs = useMutation({
    mutationFn: async ({ loggedAs }: SessionView) => {
      const filter = narrowed("", "session", loggedAs);
      const { rows } = await client.logs.list({ filter, limit: 1 });
      if (rows.length > 0) showRows(filter);
      return { isLogged: rows.length > 0 };
    },
  });
  const failure = (asked === null ? end.error : null) ?? logs.error;
  return (
    <div className="@container flex min-h-0 flex-1 flex-col border-t border-border" {...keptFocus}>
      {failure ? (
        <div className="p-4">
          <Banner level="err" title={problemLine(failure)} />
        </div>
      ) : null}
      {logs.data?.isLogged === false ? (
        <div className="p-4">
          <Banner
            level="note"
            title="Debug logs have nothing of this session."
            actions={
              <Button kind="quiet" onClick={() => logs.reset()}>
                Dismiss
              </Button>
            }
          />
        </div>
      ) : null}
      <RowList
        ref={list}
        kind="grid"
        label="Sessions"
        rowHeight={36}
        items={sessions}
        keyOf={({ id }) => id}
        textOf={clientName}
        active={active}
        onActive={({ id }) => setActive(id)}
        onOpen={logs.mutate}
        onDelete={disconnect}
        head={<SessionListHead />}
      >
        {(session) => (
          <SessionRow
            session={session}
            now={now}
            onDisconnect={() => disconnect(session)}
            onShowLogs={() => logs.mutate(session)}
          />
        )}
      </RowList>
      {asked ? (
        <DisconnectDialog
          session={asked}
          isEnding={end.isPending}
          error={end.error}
          onClose={() => {
            setAsked(null);
            end.reset();
          }}
          onEnd={() => end.mutate(asked)}
          focusAfter={() => list.current}
        />
      ) : null}
    </div>
  );
}
