import type { ProfileView, RootView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { FolderTree, GripVertical, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, client } from "../../app/api.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { classNames } from "../../components/class-names.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Menu } from "../../components/menu.tsx";
import { Section } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { type Asked, AskedDialog } from "../roots/asked-dialog.tsx";
import { arranged, rootTitle } from "../roots/root-order.ts";
import { RootText } from "../roots/root-text.tsx";
import { useKeptFocus } from "../servers/use-kept-focus.ts";
import { pageHeading } from "./focus.ts";
import { keepProfile } from "./profile-data.ts";
import { move } from "./reorder.ts";
import { useReorder } from "./use-reorder.ts";

/** Height of a row, px; what is dragged moves by whole rows. */
const ROW_HEIGHT = 52;

/** Every root, and which of them servers of this profile are told, in which order. */
export function RootsTab({ profile }: { profile: ProfileView }) {
  const { data: roots, error, refetch } = useQuery(api.roots.list.queryOptions());
  const [asked, setAsked] = useState<Asked | null>(null);
  const keptFocus = useKeptFocus(pageHeading);
  const add = (
    <Button
      kind={roots?.length === 0 ? "primary" : "secondary"}
      size={roots?.length === 0 ? "control" : "toolbar"}
      icon={Plus}
      onClick={() => setAsked({ what: "add" })}
    >
      Add root…
    </Button>
  );
  return (
    <div className="mx-auto max-w-content space-y-3" {...keptFocus}>
      {error ? (
        <ProblemView
          what="The roots could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : roots === undefined ? (
        <SkeletonRows label="Reading the roots" />
      ) : roots.length === 0 ? (
        <EmptyState icon={FolderTree} actions={add}>
          A root is a folder or address. Servers that ask are told to work in those of a profile.
        </EmptyState>
      ) : (
        <Section title="Roots in order" actions={add}>
          <p className="text-text-2">
            Servers that ask are told to work in these. It is a hint to them, not a fence.
          </p>
          <Roots profile={profile} roots={roots} onAsk={setAsked} />
        </Section>
      )}
      <AskedDialog asked={asked} profile={profile.slug} onClose={() => setAsked(null)} />
    </div>
  );
}

interface RootsProps {
  profile: ProfileView;
  roots: readonly RootView[];
  onAsk: (asked: Asked) => void;
}

function Roots({ profile, roots, onAsk }: RootsProps) {
  const [shown, setShown] = useState<readonly string[]>([]);
  const list = useRef<HTMLUListElement>(null);
  const update = useMutation({
    mutationFn: (ids: string[]) =>
      client.profiles.update({ profile: profile.id, changes: { roots: ids } }),
    onSuccess: keepProfile,
  });
  const chosen = update.isPending ? update.variables : profile.roots.map(({ id }) => id);
  const byId = new Map(roots.map((root) => [root.id, root]));
  const order = arranged(shown, chosen, [...byId.keys()]);
  const rows = order.flatMap((id) => byId.get(id) ?? []);
  const put = (next: readonly string[], ids: ReadonlySet<string>, said?: string): void => {
    setShown(next);
    update.mutate(
      next.filter((id) => ids.has(id)),
      { onSuccess: () => said !== undefined && announce(said) },
    );
  };
  const turn = (root: RootView, on: boolean): void => {
    const ids = new Set(chosen);
    if (on) ids.add(root.id);
    else ids.delete(root.id);
    put(order, ids, `${rootTitle(root)} turned ${on ? "on" : "off"}.`);
  };
  const {
    put: moveTo,
    handle,
    isLifted,
    shift,
    onRowKey,
  } = useReorder({
    titles: rows.map(rootTitle),
    rowHeight: ROW_HEIGHT,
    list,
    onMove: (from, to) => put(move(order, from, to), new Set(chosen)),
  });
  return (
    <>
      {update.error ? (
        <p role="alert" className="text-meta text-err">
          It is as it was. {problemLine(update.error)}
        </p>
      ) : null}
      <div className="overflow-hidden rounded-panel border border-border bg-surface">
        <ul ref={list} aria-label={`Roots, in the order of ${profile.name}`}>
          {rows.map((root, index) => {
            const title = rootTitle(root);
            return (
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons in it
              <li
                key={root.id}
                style={{ height: ROW_HEIGHT, transform: shift(index) }}
                className={classNames(
                  "flex items-center gap-2 border-b px-2 last:border-b-0",
                  isLifted(index)
                    ? "relative z-10 border-border-strong bg-raised shadow-raised"
                    : "border-border",
                )}
                onKeyDown={(event) => onRowKey(event, index)}
              >
                <IconButton
                  icon={GripVertical}
                  label={`Reorder ${title}`}
                  shortcut="Space, then ↑ ↓"
                  tooltipSide="right"
                  aria-pressed={isLifted(index)}
                  className="touch-none"
                  {...handle(index)}
                />
                <Checkbox
                  label={`${title} for “${profile.name}”`}
                  hideLabel
                  checked={chosen.includes(root.id)}
                  onChange={(on) => turn(root, on)}
                />
                <RootText root={root} />
                <Menu
                  label={`More for ${title}`}
                  entries={[
                    { label: "Edit…", run: () => onAsk({ what: "edit", root }) },
                    "separator",
                    {
                      label: "Move up",
                      run: () => moveTo(index, index - 1),
                      disabled: index === 0 && "is first",
                      shortcut: "Alt+↑",
                    },
                    {
                      label: "Move down",
                      run: () => moveTo(index, index + 1),
                      disabled: index === rows.length - 1 && "is last",
                      shortcut: "Alt+↓",
                    },
                    "separator",
                    { label: "Delete…", run: () => onAsk({ what: "delete", root }), danger: true },
                  ]}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </>
  );
}
