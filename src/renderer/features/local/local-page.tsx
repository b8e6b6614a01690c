import type { MetricKind, Page as PageId } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { type LucideIcon, Plus, SearchX } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { navigate, NEW, routeTo, useParam, usePlace } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { Page } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { RowList } from "../../components/row-list.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { SplitView } from "../../components/split-view.tsx";
import { count } from "../../components/time.ts";
import { filterByWords, tagTest } from "../../components/word-filter.ts";
import { DeleteLocalDialog } from "./delete-local-dialog.tsx";
import { type LocalItem, sortLocal } from "./local-item.ts";
import { LocalRow } from "./local-row.tsx";
import { useCalls } from "./use-calls.ts";

interface LocalPageProps<Item extends LocalItem> {
  page: PageId;
  kind: MetricKind;
  icon: LucideIcon;
  /** One sentence: what lives here. */
  empty: string;
  /** Other ways to get one than to write it; shown beside “New tool”. */
  actions?: ReactNode;
  query: { data: Item[] | undefined; error: unknown; refetch: () => unknown };
  /** What sort of it this is: “GET”, “2 arguments”, “text/markdown”. */
  kindOf: (item: Item) => string;
  /** What plain words of the filter are looked for in, beside name and title. */
  textOf: (item: Item) => string[];
  /** What calls of it are counted under; its name unless said otherwise. */
  countedAs?: (item: Item) => string;
  turn: (item: Item, enabled: boolean) => Promise<unknown>;
  remove: (item: Item) => Promise<unknown>;
  /** What goes with one that is deleted, as a sentence. */
  loses: string;
  /** The editor of one, or of what is not stored yet (null). It is made anew for each. */
  editor: (item: Item | null, onDelete: () => void) => ReactNode;
}

/** What the gateway offers of one kind itself: the list, and beside it what is open in it. */
export function LocalPage<Item extends LocalItem>(props: LocalPageProps<Item>) {
  const { page, kind, icon, empty, actions, query } = props;
  const { data, error, refetch } = query;
  const [wanted] = usePlace().parts;
  const title = `${page.charAt(0).toUpperCase()}${page.slice(1)}`;
  const create = (
    <>
      {actions}
      <Button
        kind={wanted === undefined ? "primary" : "secondary"}
        size="toolbar"
        icon={Plus}
        onClick={() => navigate(routeTo(page, [NEW]))}
      >
        New {kind}
      </Button>
    </>
  );
  const isEmpty = data?.length === 0;
  return (
    <Page
      title={title}
      scrolls="content"
      beside={
        data && !isEmpty ? <span className="text-text-2">{count(data.length, kind)}</span> : null
      }
      actions={data && !isEmpty ? create : null}
    >
      {error ? (
        <div className="p-4">
          <ProblemView
            what={`The ${page} could not be read.`}
            error={error}
            onRetry={() => void refetch()}
          />
        </div>
      ) : data === undefined ? (
        <div className="p-4">
          <SkeletonRows label={`Reading the ${page}`} rows={6} />
        </div>
      ) : isEmpty && wanted !== NEW ? (
        <EmptyState icon={icon} actions={create}>
          {empty}
        </EmptyState>
      ) : (
        <Split {...props} items={sortLocal(data)} wanted={wanted ?? null} />
      )}
    </Page>
  );
}

interface SplitProps<Item extends LocalItem> extends LocalPageProps<Item> {
  items: Item[];
  /** Id or what calls are counted under, from the route. */
  wanted: string | null;
}

function Split<Item extends LocalItem>(props: SplitProps<Item>) {
  const { page, kind, icon, items, wanted, remove, loses, editor } = props;
  const countedAs = props.countedAs ?? nameOf;
  const [deleting, setDeleting] = useState<Item | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const open =
    items.find(({ id }) => id === wanted) ?? items.find((item) => countedAs(item) === wanted);
  const onDeleted = (): void => {
    if (deleting?.id === open?.id) navigate(routeTo(page), { replace: true });
    setDeleting(null);
    (list.current ?? document.querySelector<HTMLElement>("h1"))?.focus();
  };
  return (
    <div className="min-h-0 flex-1 p-2">
      <SplitView
        name="local"
        chosen={open?.id ?? wanted ?? ""}
        list={<List {...props} ref={list} open={open?.id ?? null} onDelete={setDeleting} />}
        detail={
          open ? (
            editor(open, () => setDeleting(open))
          ) : wanted === NEW ? (
            editor(null, () => undefined)
          ) : (
            <EmptyState icon={icon}>
              {wanted === null
                ? `Choose a ${kind} to see and change it.`
                : `There is no such ${kind} any more.`}
            </EmptyState>
          )
        }
      />
      {deleting ? (
        <DeleteLocalDialog
          item={deleting}
          one={kind}
          loses={loses}
          remove={() => remove(deleting)}
          onClose={() => setDeleting(null)}
          onDeleted={onDeleted}
        />
      ) : null}
    </div>
  );
}

interface ListProps<Item extends LocalItem> extends SplitProps<Item> {
  ref: React.Ref<HTMLDivElement>;
  /** Id. */
  open: string | null;
  onDelete: (item: Item) => void;
}

function List<Item extends LocalItem>(props: ListProps<Item>) {
  const { ref, page, kind, items, open, kindOf, textOf, turn, onDelete } = props;
  const countedAs = props.countedAs ?? nameOf;
  const [filter, setFilter] = useParam("q");
  const [active, setActive] = useState<string | null>(open);
  const calls = useCalls(kind);
  const toggle = useMutation({ mutationFn: (item: Item) => turn(item, !item.enabled) });
  const searched = (item: Item): string =>
    [item.name, item.title ?? "", ...item.profiles, ...textOf(item)].join("\n");
  const shown = filterByWords(items, filter, searched, {
    tag: tagTest,
    profile: ({ profiles }, value) => profiles.some((slug) => slug.startsWith(value)),
  });
  return (
    <>
      {items.length === 0 ? (
        <p className="p-3 text-text-2">No {kind} yet.</p>
      ) : (
        <div className="border-b border-border p-2">
          <FilterField
            label={`Filter ${page}`}
            placeholder="Filter, or tag:prod"
            value={filter}
            onChange={setFilter}
          />
        </div>
      )}
      {toggle.error ? <Banner level="err" title={problemLine(toggle.error)} /> : null}
      {shown.length === 0 ? (
        filter === "" ? null : (
          <EmptyState
            icon={SearchX}
            actions={<Button onClick={() => setFilter("")}>Clear filter</Button>}
          >
            No {kind} matches “{filter}”.
          </EmptyState>
        )
      ) : (
        <RowList
          ref={ref}
          kind="grid"
          label={`${kind}s of this gateway`}
          rowHeight={52}
          items={shown}
          keyOf={({ id }) => id}
          textOf={({ name }) => name}
          active={active}
          opened={open}
          onActive={({ id }) => setActive(id)}
          onOpen={({ id }) => navigate(routeTo(page, [id], filter === "" ? {} : { q: filter }))}
          onSpace={(item) => toggle.mutate(item)}
          onDelete={onDelete}
        >
          {(item) => (
            <LocalRow
              item={item}
              kind={kindOf(item)}
              calls={calls === null ? null : (calls.get(countedAs(item)) ?? 0)}
              turn={turn}
            />
          )}
        </RowList>
      )}
    </>
  );
}

const nameOf = ({ name }: LocalItem): string => name;
