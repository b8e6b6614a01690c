import { type ClientView, logLevel, type ServerView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { count } from "../../components/time.ts";
import { openDialog, useDialogs } from "../../stores/dialogs.ts";
import { ConnectClient } from "../clients/connect-client.tsx";
import { AddStep } from "./add-step.tsx";
import { startSummary, type Step, STEPS, stepsDone } from "./setup.ts";
import { StartStep } from "./start-step.tsx";

interface FirstRunProps {
  servers: ServerView[];
  clients: ClientView[];
}

/** From nothing to the first tool call, in three blocks of which one is open. */
export function FirstRun({ servers, clients }: FirstRunProps) {
  const done = stepsDone(servers, clients);
  const { open, choose, skip } = useOpenStep(done, servers.length);
  const box = useKeptFocus();

  const block = (step: Step, title: string, parts: Pick<BlockProps, "summary" | "action">) => ({
    title,
    done: done[step],
    open: open === step,
    onToggle: () => choose(step),
    ...parts,
  });

  return (
    <div ref={box} className="max-w-[760px] space-y-4">
      <h2 className="text-lead font-semibold">Three steps to your first tool call</h2>
      <div className="divide-y divide-border overflow-hidden rounded-panel border border-border bg-surface">
        <Block
          {...block("add", "1 Add a server", {
            summary: done.add ? count(servers.length, "server") : null,
            action:
              done.add && open !== "add" ? (
                <Button size="toolbar" onClick={() => openDialog({ type: "add_server" })}>
                  Add another…
                </Button>
              ) : null,
          })}
        >
          <AddStep />
          <SkipStep onSkip={() => skip("add")} />
        </Block>
        <Block
          {...block("start", "2 Start it", {
            summary: done.add ? startSummary(servers) : null,
          })}
        >
          <StartStep servers={servers} />
          <SkipStep onSkip={() => skip("start")} />
        </Block>
        <Block {...block("connect", "3 Connect a client", { summary: null })}>
          <ConnectClient />
        </Block>
      </div>
      <RecordedHere />
    </div>
  );
}

/** Said before anything passes: what is kept of it, and how less is. */
function RecordedHere() {
  const { data: settings } = useQuery(api.settings.list.queryOptions());
  const level = logLevel.safeParse(settings?.find(({ key }) => key === "logLevel")?.value).data;
  if (level === undefined || level === "off") return null;
  return (
    <p className="text-text-2">
      {RECORDED[level]}{" "}
      <a className="underline" href={`#${routeTo("settings", [], { section: "logs" })}`}>
        Record less
      </a>
    </p>
  );
}

const RECORDED = {
  full: "What clients and servers say to each other is recorded on this computer, so that you can see it under Debug Logs. Secrets are removed before anything is written, and after a while all of it is.",
  metadata:
    "What is called, and what comes of it, is recorded on this computer, without what was said.",
  errors: "What goes wrong is recorded on this computer. Secrets are removed before that.",
};

/** The first step that is not done; a step that was reached is not taken away again. */
function useOpenStep(done: Record<Step, boolean>, servers: number) {
  const [reached, setReached] = useState(0);
  const [chosen, setChosen] = useState<{ step: Step; servers: number } | null>(null);
  const undone = STEPS.findIndex((step, index) => index >= reached && !done[step]);
  if (undone > reached) setReached(undone);
  // Whoever came back to add a server goes on when it is there.
  const stays = chosen !== null && !(chosen.step === "add" && servers > chosen.servers);
  return {
    open: stays ? chosen.step : (STEPS[Math.max(undone, reached)] ?? "connect"),
    choose: (step: Step) => setChosen({ step, servers }),
    skip: (step: Step) => {
      setReached(Math.max(reached, STEPS.indexOf(step) + 1));
      setChosen(null);
    },
  };
}

interface BlockProps {
  title: string;
  done: boolean;
  /** What has come of it. */
  summary: string | null;
  action?: ReactNode;
  open: boolean;
  onToggle: () => void;
}

function Block({
  title,
  done,
  summary,
  action,
  open,
  onToggle,
  children,
}: BlockProps & { children: ReactNode }) {
  const id = useId();
  // What was begun in a block, such as a token that is shown once, outlives its folding.
  const [begun, setBegun] = useState(open);
  if (open && !begun) setBegun(true);
  const Icon = done ? CircleCheck : CircleDashed;
  return (
    <section aria-label={title}>
      <div className="flex min-h-13 items-center gap-3 px-3 py-2">
        <Icon
          aria-hidden
          size={16}
          strokeWidth={1.75}
          className={`shrink-0 ${done ? "text-ok" : "text-text-3"}`}
        />
        <div className="min-w-0 flex-1">
          <h3>
            <button
              type="button"
              data-step={open ? "open" : "folded"}
              aria-expanded={open}
              aria-controls={id}
              onClick={onToggle}
              className="hit-24 rounded-chip text-left font-semibold"
            >
              {title}
              {done ? <span className="sr-only">, done</span> : null}
            </button>
          </h3>
          {summary ? <p className="text-meta break-words text-text-2">{summary}</p> : null}
        </div>
        {action}
      </div>
      <div id={id} hidden={!open} className="space-y-4 pr-3 pb-4 pl-10">
        {begun ? children : null}
      </div>
    </section>
  );
}

function SkipStep({ onSkip }: { onSkip: () => void }) {
  return (
    <Button kind="quiet" size="toolbar" onClick={onSkip}>
      Skip this step
    </Button>
  );
}

/** A step that was done is gone with what had the focus in it; the open step takes it then. */
function useKeptFocus() {
  const box = useRef<HTMLDivElement>(null);
  const inside = useRef(false);
  useEffect(() => {
    const onFocus = ({ target }: FocusEvent): void => {
      // A dialog that was opened here gives the focus back, to what may be gone by then.
      if (!(target instanceof Element) || target.closest('[role="dialog"]')) return;
      inside.current = box.current?.contains(target) === true;
    };
    document.addEventListener("focusin", onFocus);
    return () => document.removeEventListener("focusin", onFocus);
  }, []);
  useEffect(() => {
    const at = document.activeElement;
    // What was folded away keeps the focus until the next frame.
    const lost = at === null || at === document.body || !at.checkVisibility();
    if (inside.current && lost && useDialogs.getState().dialog === null)
      box.current?.querySelector<HTMLElement>('[data-step="open"]')?.focus();
  });
  return box;
}
