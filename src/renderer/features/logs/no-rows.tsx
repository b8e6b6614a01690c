import { useQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useSyncExternalStore } from "react";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { useParam } from "../../app/router.ts";
import { openDialog } from "../../stores/dialogs.ts";
import type { LogView } from "./log-view.ts";
import { showRows } from "./narrow.ts";
import { RecordMetadata } from "./record-metadata.tsx";

/** In the place of rows: why there are none, and what can be done about it. */
export function NoRows({ view, text }: { view: LogView; text: string }) {
  const { count, isCounted, search, error } = useSyncExternalStore(view.subscribe, view.drawn);
  const { data: state } = useQuery(api.logs.state.queryOptions());
  if (error !== null && !isCounted) {
    return (
      <Over>
        <div className="p-4">
          <ProblemView
            what="The debug logs could not be read."
            error={error}
            onRetry={() => void view.feed.recount()}
          />
        </div>
      </Over>
    );
  }
  // As long as it is looked for, nobody knows that there is none.
  if (!isCounted || count > 0 || search === "searching") return null;
  if (search === "cancelled") {
    return (
      <Over>
        <EmptyState
          icon={ScrollText}
          actions={<Button onClick={() => void view.feed.recount()}>Search again</Button>}
        >
          Nothing that matches “{text}” was found before the search was ended.
        </EmptyState>
      </Over>
    );
  }
  if (text !== "") {
    return (
      <Over>
        <EmptyState
          icon={ScrollText}
          actions={<Button onClick={() => showRows("")}>Clear filter</Button>}
        >
          No log matches “{text}”.
        </EmptyState>
      </Over>
    );
  }
  const others = state?.rows ?? 0;
  return (
    <Over>{others > 0 ? <OnlyOthers /> : state?.level === "off" ? <Off /> : <NothingYet />}</Over>
  );
}

function Over({ children }: { children: React.ReactNode }) {
  return (
    <div className="absolute inset-x-0 top-8 bottom-0 overflow-y-auto bg-surface">{children}</div>
  );
}

/** The gateway asks servers by itself, and that is no request of a client. */
function OnlyOthers() {
  const [, setEverything] = useParam("all");
  return (
    <EmptyState
      icon={ScrollText}
      actions={<Button onClick={() => setEverything("1")}>Show everything</Button>}
    >
      No client has asked anything yet. What the gateway asked your servers by itself is recorded
      too.
    </EmptyState>
  );
}

function NothingYet() {
  return (
    <EmptyState
      icon={ScrollText}
      actions={
        <Button kind="primary" onClick={() => openDialog({ type: "connect_client" })}>
          Connect a client…
        </Button>
      }
    >
      Nothing was recorded yet. What your clients ask and your servers answer is shown here, without
      the secrets in it.
    </EmptyState>
  );
}

function Off() {
  return (
    <EmptyState icon={ScrollText} actions={<RecordMetadata kind="primary" />}>
      Nothing is recorded. Metadata only is a good start.
    </EmptyState>
  );
}
