import type { LogState } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { sizeText } from "../../components/size.ts";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count, exactTime } from "../../components/time.ts";
import { useIsSeen } from "../../components/use-is-seen.ts";
import { ClearDialog } from "./clear-dialog.tsx";
import { UncapDialog } from "./uncap-dialog.tsx";
import { useUncapped } from "./uncapped.ts";

/** Rows come without an event, ms. */
const READ_AGAIN_MS = 10_000;

/** What there is of debug logs, and what can be done about that; above their settings. */
export function LogsSection() {
  const { data, error, refetch } = useQuery(
    api.logs.state.queryOptions({ enabled: useIsSeen(), refetchInterval: READ_AGAIN_MS }),
  );
  const [dialog, setDialog] = useState<"clear" | "uncap" | null>(null);
  const { left, stop } = useUncapped();
  const close = (): void => setDialog(null);
  return (
    <Section title="Debug logs">
      {error ? (
        <ProblemView
          what="What is recorded could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data || error ? null : <SkeletonRows label="Reading what is recorded" rows={2} />}
      {data ? (
        <Panel>
          <Row
            title={amountText(data)}
            detail={goingText(data)}
            actions={
              <>
                <a href={`#${routeTo("logs")}`}>Show debug logs</a>
                <Button
                  size="toolbar"
                  disabled={data.rows === 0}
                  onClick={() => setDialog("clear")}
                >
                  Clear…
                </Button>
              </>
            }
          />
          <Row
            title={left === null ? "Long messages are cut off" : `Whole messages, ${left}`}
            detail={
              stop.error
                ? problemLine(stop.error)
                : left === null
                  ? "To see all of a large one, whole messages can be recorded for 60 min. It ends by itself."
                  : "Messages are kept however long they are. It ends by itself."
            }
            actions={
              left === null ? (
                <Button size="toolbar" onClick={() => setDialog("uncap")}>
                  Record whole messages for 60 min…
                </Button>
              ) : (
                <Button
                  size="toolbar"
                  disabled={stop.isPending}
                  onClick={() => stop.mutate(undefined)}
                >
                  Stop
                </Button>
              )
            }
          />
        </Panel>
      ) : null}
      {dialog === "clear" ? <ClearDialog filter="" onClose={close} /> : null}
      {dialog === "uncap" ? <UncapDialog onClose={close} /> : null}
    </Section>
  );
}

/** “12,345 rows, 80 MB”. */
const amountText = ({ rows, bytes }: LogState): string =>
  rows === 0 ? "Nothing is recorded yet" : `${count(rows, "row")}, ${sizeText(bytes)}`;

function goingText({ oldestAt, dropped, problem, clearing }: LogState): string {
  const parts = [
    problem === null ? "" : problem.message,
    oldestAt === null ? "" : `The oldest is of ${exactTime(oldestAt)}.`,
    dropped === 0
      ? ""
      : `${count(dropped, "message was", "messages were")} not recorded since the start.`,
    clearing ? "Some are being removed now." : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}
