import type { ToolChange } from "@local-mcp/contract";
import { useMemo, useState } from "react";
import { type ChangedPart, changedParts, rowsLeft } from "@local-mcp/contract/diff";
import { type ShownChange, steadyChanges } from "./steady-changes.ts";

/** So many tools are compared at once; more come when they are asked for. */
export const AT_ONCE = 20;

export interface ReviewedTool extends ShownChange {
  /** Empty for a tool that is new. */
  parts: ChangedPart[];
  /** Rows of it that are not shown yet. */
  left: number;
  /** Put away, to stay as it is. */
  isFolded: boolean;
}

/** What a person has before them of the tools that changed, and how far they are with it. */
export interface Review {
  /** Those that are shown. */
  tools: ReviewedTool[];
  /** Of those, the ones that are not put away. */
  open: ReviewedTool[];
  total: number;
  heldTools: number;
  /** Whether everything is shown that would be accepted together. */
  isAllShown: boolean;
  fold: (name: string) => void;
  unfold: (name: string) => void;
  showWhole: (name: string) => void;
  /** Shows a tool as it has become meanwhile. */
  showNewer: (name: string) => void;
  showMore: () => void;
}

const plus = (names: ReadonlySet<string>, name: string) => new Set([...names, name]);
const minus = (names: ReadonlySet<string>, name: string) =>
  new Set([...names].filter((one) => one !== name));

/** @param live what the gateway says now; what is read does not change with it */
export function useReview(live: ToolChange[]): Review {
  const [read, setRead] = useState(() => ({ live, list: steadyChanges([], live) }));
  if (read.live !== live) setRead({ live, list: steadyChanges(read.list, live) });
  const { list } = read;
  const [most, setMost] = useState(AT_ONCE);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  const tools = useMemo(
    () =>
      list.slice(0, most).map((one): ReviewedTool => {
        const { accepted, name, now } = one.change;
        const parts = accepted === null ? [] : changedParts(accepted, now, whole.has(name));
        return { ...one, parts, left: rowsLeft(parts), isFolded: folded.has(name) };
      }),
    [list, most, whole, folded],
  );
  const open = tools.filter(({ isFolded }) => !isFolded);
  return {
    tools,
    open,
    total: list.length,
    heldTools: list.filter(({ change }) => change.isHeldBack).length,
    isAllShown:
      list.length <= most && open.every(({ newer, left }) => newer === null && left === 0),
    fold: (name) => setFolded(plus(folded, name)),
    unfold: (name) => setFolded(minus(folded, name)),
    showWhole: (name) => setWhole(plus(whole, name)),
    showNewer: (name) => {
      setWhole(minus(whole, name));
      setRead({
        live,
        list: list.map((one) =>
          one.change.name === name && one.newer ? { change: one.newer, newer: null } : one,
        ),
      });
    },
    showMore: () => setMost(most + AT_ONCE),
  };
}
