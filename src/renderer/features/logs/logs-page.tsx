import { Tabs } from "@base-ui/react/tabs";
import { parseLogQuery } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { Download, Eraser } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { navigate, routeTo, useParam, usePlace } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Page } from "../../components/page.tsx";
import { useIsSeen } from "../../components/use-is-seen.ts";
import { ClearDialog } from "./clear-dialog.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { FindingsStrip } from "./findings-strip.tsx";
import { type Found, matchesText } from "./found-words.ts";
import { filterFor } from "./log-filter.ts";
import { LogFilterField } from "./log-filter-field.tsx";
import { RequestsView } from "./requests-view.tsx";
import { SessionsView } from "./sessions-view.tsx";
import { SummaryView } from "./summary-view.tsx";

const VIEWS = [
  { id: "requests", title: "Requests" },
  { id: "sessions", title: "Sessions" },
  { id: "summary", title: "Summary" },
] as const;
type View = (typeof VIEWS)[number]["id"];

/** How many rows there are is read again while somebody sees it, ms. */
const READ_AGAIN_MS = 10_000;

/** Every exchange that was recorded: as rows, by session, summed up. */
export function LogsPage() {
  const { parts } = usePlace();
  const [text] = useParam("q");
  const [everything] = useParam("all");
  const [dialog, setDialog] = useState<"clear" | "export" | null>(null);
  const [found, setFound] = useState<Found | null>(null);
  const view: View = VIEWS.find(({ id }) => id === parts[0])?.id ?? "requests";
  const { data: state } = useQuery(
    api.logs.state.queryOptions({ enabled: useIsSeen(), refetchInterval: READ_AGAIN_MS }),
  );
  // Rows are told of as they come, how many there are now and then.
  const recorded = Math.max(state?.rows ?? 0, found?.count ?? 0);
  // What cannot be understood is refused, so it is not asked for; the field says what it is.
  const isUnderstood = parseLogQuery(text, Date.now()).problems.length === 0;
  const asked = isUnderstood ? text : "";
  const filter = filterFor(asked, everything !== "", Date.now());

  const go = (next: { view?: View; q?: string }): void => {
    const { view: to = view, q = text } = next;
    const params = { ...(q !== "" && { q }), ...(everything !== "" && { all: everything }) };
    navigate(routeTo("logs", to === "requests" ? [] : [to], params));
  };

  return (
    <Page
      title="Debug Logs"
      scrolls="content"
      beside={
        <span className="text-text-2 tabular-nums">
          {state
            ? [
                `${recorded.toLocaleString()} recorded`,
                view === "requests" && found !== null && matchesText(found),
              ]
                .filter(Boolean)
                .join(" · ")
            : ""}
        </span>
      }
      actions={
        <>
          <Button size="toolbar" icon={Eraser} onClick={() => setDialog("clear")}>
            Clear…
          </Button>
          <Button size="toolbar" icon={Download} onClick={() => setDialog("export")}>
            Export…
          </Button>
        </>
      }
    >
      <Tabs.Root
        value={view}
        onValueChange={(value) =>
          go({ view: VIEWS.find(({ id }) => id === value)?.id ?? "requests" })
        }
        className="flex min-h-0 flex-1 flex-col"
      >
        <div className="flex shrink-0 flex-wrap items-start gap-x-4 gap-y-1 border-b border-border px-4 py-1.5">
          <LogFilterField
            value={text}
            onChange={(q) => go({ q })}
            onLeave={() => document.querySelector<HTMLElement>("[data-log-grid]")?.focus()}
          />
          <Tabs.List aria-label="Views" className="flex gap-4">
            {VIEWS.map(({ id, title }) => (
              <Tabs.Tab
                key={id}
                value={id}
                className="h-7 border-b-2 border-transparent text-text-2 -outline-offset-2 data-active:border-accent data-active:font-semibold data-active:text-text"
              >
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </div>
        <FindingsStrip />
        <Tabs.Panel value="requests" className="flex min-h-0 flex-1 flex-col">
          <RequestsView filter={filter} text={text} onFound={setFound} />
        </Tabs.Panel>
        <Tabs.Panel value="sessions" className="min-h-0 flex-1 overflow-y-auto">
          <SessionsView filter={filter} />
        </Tabs.Panel>
        <Tabs.Panel value="summary" className="min-h-0 flex-1 overflow-y-auto">
          <SummaryView filter={filter} />
        </Tabs.Panel>
      </Tabs.Root>
      {dialog === "clear" ? <ClearDialog filter={asked} onClose={() => setDialog(null)} /> : null}
      {dialog === "export" ? (
        <ExportDialog filter={filter} onClose={() => setDialog(null)} />
      ) : null}
    </Page>
  );
}
