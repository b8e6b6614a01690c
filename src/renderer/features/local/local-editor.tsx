import type { MetricKind } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { flushSync } from "react-dom";
import { navigate, routeTo } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Switch } from "../../components/choice.tsx";
import { LeaveGuard } from "../../components/leave-guard.tsx";
import { Menu } from "../../components/menu.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { SaveBar } from "../../components/save-bar.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import type { LocalItem } from "./local-item.ts";

interface LocalEditorProps {
  one: MetricKind;
  /** Null while it is not stored yet. */
  item: LocalItem | null;
  /** How many fields differ from what is stored. */
  changes: number;
  saving: boolean;
  onSave: () => void;
  onDiscard: () => void;
  turn: (enabled: boolean) => Promise<unknown>;
  onDelete: () => void;
  /** Why nothing was saved, where no field can say it. */
  problem?: ReactNode;
  /** Beside the switch. */
  actions?: ReactNode;
  /** The fields. */
  children: ReactNode;
  /** Beside them where there is room, else below: what clients see, and a try. */
  aside?: ReactNode;
}

/** The editor of something of the gateway's own; all of its fields are saved together or not at all. */
export function LocalEditor(props: LocalEditorProps) {
  const { one, item, changes, saving, onSave, onDiscard, turn, onDelete } = props;
  const { problem, actions, children, aside } = props;
  const change = useMutation({ mutationFn: turn });
  const discard = (): void => {
    // Nothing is left to guard when it leaves.
    flushSync(onDiscard);
    if (item === null) navigate(routeTo(`${one}s`), { replace: true });
  };
  const title = item?.name ?? `New ${one}`;
  return (
    <div className="@container flex min-h-full flex-col gap-4 px-4">
      <header className="flex min-h-8 flex-wrap items-center gap-2">
        <h2 className="min-w-0 flex-1 text-field font-semibold break-all">
          {item ? (
            <code>
              <UntrustedText text={title} />
            </code>
          ) : (
            title
          )}
        </h2>
        {actions}
        {item ? (
          <>
            <Switch
              label="On"
              checked={item.enabled}
              disabled={change.isPending}
              onChange={(enabled) => change.mutate(enabled)}
            />
            <Menu
              label={`More for ${title}`}
              entries={[{ label: "Delete…", run: onDelete, danger: true }]}
            />
          </>
        ) : null}
      </header>
      {change.error ? <Banner level="err" title={problemLine(change.error)} /> : null}
      {item?.problem ? (
        <Banner level="warn" title={item.problem.message}>
          <p>{item.problem.wayOut} Clients do not see it until then.</p>
        </Banner>
      ) : null}
      <div className="grid flex-1 content-start gap-x-8 gap-y-6 @min-[860px]:grid-cols-[minmax(0,560px)_minmax(0,1fr)]">
        <form
          noValidate
          aria-label={title}
          className="min-w-0 space-y-6"
          onSubmit={(event) => {
            event.preventDefault();
            if ((changes > 0 || item === null) && !saving) onSave();
          }}
        >
          {children}
        </form>
        {aside ? <div className="min-w-0 space-y-6">{aside}</div> : null}
      </div>
      <LeaveGuard title={title} changes={changes} />
      <div className="sticky bottom-0 space-y-2">
        {problem}
        <SaveBar
          changes={changes}
          {...(item === null && { creates: one })}
          saving={saving}
          onSave={onSave}
          onDiscard={discard}
        />
      </div>
    </div>
  );
}
