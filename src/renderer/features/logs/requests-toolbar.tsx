import { Columns3, Pause, Play } from "lucide-react";
import { useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Switch } from "../../components/choice.tsx";
import { Menu, type MenuEntry } from "../../components/menu.tsx";
import { useConnection } from "../../stores/connection.ts";
import { type ColumnName, toggleLogColumn, useLogColumns } from "../../stores/log-columns.ts";
import { COLUMNS } from "./log-columns.ts";
import { namesKind } from "./log-filter.ts";
import type { Drawn, LogView } from "./log-view.ts";
import { SearchLine } from "./search-line.tsx";

/** Those that can be done without. */
const OPTIONAL: readonly ColumnName[] = ["client", "server", "took", "size"];

interface RequestsToolbarProps {
  view: LogView;
  drawn: Drawn;
  /** The filter as a person wrote it. */
  text: string;
}

/** Whether rows come by themselves, how far a search is, and what is shown of them. */
export function RequestsToolbar({ view, drawn, text }: RequestsToolbarProps) {
  const [everything, setEverything] = useParam("all");
  const { follow, isPaused, count, search } = drawn;
  const isFollowing = follow && !isPaused;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-border px-4 py-1">
      <Button
        size="toolbar"
        kind={isFollowing ? "secondary" : "quiet"}
        icon={Play}
        aria-pressed={isFollowing}
        onClick={() => view.follow(!isFollowing)}
      >
        {isFollowing ? "Following" : "Follow"}
      </Button>
      <Button
        size="toolbar"
        kind={isPaused ? "secondary" : "quiet"}
        icon={Pause}
        aria-pressed={isPaused}
        onClick={() => view.pause(!isPaused)}
      >
        {isPaused ? "Paused" : "Pause"}
      </Button>
      <Unread view={view} drawn={drawn} />
      <SearchLine search={search} found={count} onCancel={() => view.feed.cancel()} />
      <div className="ml-auto flex items-center gap-3">
        {namesKind(text, Date.now()) ? null : (
          <Switch
            label="Everything"
            checked={everything !== ""}
            onChange={(on) => setEverything(on ? "1" : "")}
          />
        )}
        <ColumnsMenu />
      </div>
    </div>
  );
}

/** Beside rows that are there; where nothing is, more is said in their place. */
function Unread({ view, drawn }: Pick<RequestsToolbarProps, "view" | "drawn">) {
  const connection = useConnection(({ state }) => state);
  if (drawn.error === null || !drawn.isCounted || connection !== "live") return null;
  return (
    <p role="alert" className="flex items-center gap-2 text-err">
      Some rows could not be read.
      <Button size="toolbar" onClick={() => void view.feed.recount()}>
        Try again
      </Button>
    </p>
  );
}

function ColumnsMenu() {
  const { hidden } = useLogColumns();
  return (
    <Menu
      label="Columns"
      entries={COLUMNS.filter(({ name }) => OPTIONAL.includes(name)).map(
        ({ name, title }): MenuEntry => ({
          label: title,
          checked: !hidden.includes(name),
          run: () => toggleLogColumn(name),
        }),
      )}
      trigger={
        <Button size="toolbar" kind="quiet" icon={Columns3}>
          Columns
        </Button>
      }
    />
  );
}
