import type { ServerView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, SquareTerminal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { Switch } from "../../components/choice.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { garbageText, readable } from "./output.ts";

/** Output comes without an event, so it is read again while somebody watches it, ms. */
const FOLLOW_MS = 1000;
/** Nearer to the end than this counts as at the end, px. */
const AT_END = 24;

/** The last lines that the server wrote to stderr. */
export function OutputTab({ server }: { server: ServerView }) {
  const [follow, setFollow] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  const { data, error } = useQuery(
    api.servers.output.queryOptions({
      input: { server: server.id },
      refetchInterval: follow ? FOLLOW_MS : false,
    }),
  );
  const text = data ? readable(data.lines) : "";
  // After each drawing: what was read meanwhile made it longer.
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  });
  if (error) return <ProblemView what="The output could not be read." error={error} />;
  if (!data) return null;
  const garbage = garbageText(data.garbage);
  const garbageLine =
    garbage === null ? null : (
      <p className="flex items-start gap-1.5 text-text-2">
        <CircleAlert
          aria-hidden
          size={16}
          strokeWidth={1.75}
          className="mt-0.5 shrink-0 text-warn"
        />
        <span className="min-w-0 break-words">
          <UntrustedText text={garbage} />
        </span>
      </p>
    );
  if (text === "") {
    return (
      <>
        {garbageLine}
        <EmptyState icon={SquareTerminal}>
          <UntrustedText text={server.title} /> has written nothing to stderr since it was last
          started.
        </EmptyState>
      </>
    );
  }
  const onScroll = (): void => {
    if (!box.current) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    setFollow(scrollHeight - scrollTop - clientHeight < AT_END);
  };
  return (
    <div className="flex h-full flex-col gap-2">
      {garbageLine}
      <div className="flex items-center gap-4">
        <p className="flex-1 text-text-2">
          The last {data.lines.length === 1 ? "line" : `${data.lines.length} lines`} of its output.
        </p>
        <Switch label="Follow" checked={follow} onChange={setFollow} />
        <CopyButton text={text} label="Copy output" />
      </div>
      <pre
        ref={box}
        onScroll={onScroll}
        // A region that scrolls has to be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={`Output of ${server.title}`}
        className="min-h-40 flex-1 overflow-auto rounded-panel bg-sunken px-3 py-2 font-mono text-log break-words whitespace-pre-wrap"
      >
        <UntrustedText text={text} />
      </pre>
    </div>
  );
}
