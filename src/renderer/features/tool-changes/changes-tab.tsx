import type { ServerView, ToolChange } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { FileCheck } from "lucide-react";
import { useRef } from "react";
import { announce } from "../../app/announce.ts";
import { api, client } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel, Row } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { useKeptFocus } from "../servers/use-kept-focus.ts";
import { changedSentence, meanwhile } from "./change-words.ts";
import { ToolChangeView } from "./tool-change.tsx";
import { useAccept } from "./use-accept.ts";
import { AT_ONCE, type Review, useReview } from "./use-review.ts";

/** What has changed of a server's tools since a person accepted them, to be read and accepted. */
export function ChangesTab({ server }: { server: ServerView }) {
  const input = { server: server.id };
  const { data, error, refetch } = useQuery(api.servers.toolChanges.queryOptions({ input }));
  if (error) {
    return (
      <ProblemView
        what="What has changed could not be read."
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!data) return <SkeletonRows label="Reading what has changed" rows={4} />;
  return <Changes server={server} live={data} />;
}

function Changes({ server, live }: { server: ServerView; live: ToolChange[] }) {
  const review = useReview(live);
  const { tools, open, total } = review;
  const { accept, errorOf } = useAccept(server);
  const root = useRef<HTMLDivElement>(null);
  /** Whose heading gets the focus when what has it goes. */
  const next = useRef<string | null>(null);
  const keptFocus = useKeptFocus(() => headingOf(root.current, next.current));
  /** Notes that a person is done with a tool: they go on with the next that is open. */
  const done = ({ name }: ToolChange): void => {
    const at = tools.findIndex(({ change }) => change.name === name);
    const others = [...tools.slice(at + 1), ...tools.slice(0, at)];
    next.current = others.find(({ isFolded }) => !isFolded)?.change.name ?? name;
  };

  if (total === 0) {
    return (
      <div {...keptFocus}>
        <EmptyState icon={FileCheck}>
          <UntrustedText text={`Every tool of ${server.title} is as you accepted it.`} />
        </EmptyState>
      </div>
    );
  }
  const together = errorOf(null);
  return (
    <div ref={root} className="mx-auto max-w-content space-y-4" {...keptFocus}>
      <Head server={server} review={review} />
      {tools.map((tool) => {
        const { change } = tool;
        return (
          <ToolChangeView
            key={change.name}
            tool={tool}
            error={errorOf(change.name)}
            onAccept={() => {
              done(change);
              accept([change]);
            }}
            onKeep={() => {
              done(change);
              review.fold(change.name);
              announce(`${change.name} stays held back.`);
            }}
            onUnfold={() => {
              next.current = change.name;
              review.unfold(change.name);
            }}
            onShowWhole={() => {
              next.current = change.name;
              review.showWhole(change.name);
            }}
            onShowNewer={() => {
              next.current = change.name;
              review.showNewer(change.name);
            }}
          />
        );
      })}
      {together ? <Banner level="err" title={problemLine(together)} /> : null}
      {total > tools.length ? (
        <Button
          onClick={() => {
            next.current = null;
            review.showMore();
          }}
        >
          Show {count(Math.min(AT_ONCE, total - tools.length), "more tool")}
        </Button>
      ) : open.length > 1 ? (
        <AcceptAll
          review={review}
          onAccept={() => {
            next.current = null;
            accept(open.map(({ change }) => change));
          }}
        />
      ) : null}
    </div>
  );
}

/** The heading of a tool, or of the first that there is, or of the page. */
function headingOf(root: HTMLElement | null, name: string | null): HTMLElement | null {
  const headings = [...(root?.querySelectorAll("h2") ?? [])];
  return (
    headings.find(({ dataset }) => dataset["tool"] === name) ??
    headings[0] ??
    document.querySelector("h1")
  );
}

/** What clients see meanwhile, and where they see what changed, the way to keep it from them. */
function Head({ server, review }: { server: ServerView; review: Review }) {
  const status = { changedTools: review.total, heldTools: review.heldTools };
  const hold = useMutation({
    mutationFn: async () => {
      await client.servers.update({ server: server.id, changes: { holdChangedTools: true } });
      announce(`Changed tools of ${server.title} are held back.`);
    },
  });
  return (
    <Panel>
      <Row
        title={<UntrustedText text={changedSentence(server.title, status)} />}
        detail={
          <>
            {meanwhile(status)} What a tool says of itself tells models what to do.
            {hold.error ? (
              <span role="alert" className="block text-err">
                {problemLine(hold.error)}
              </span>
            ) : null}
          </>
        }
        actions={
          server.holdChangedTools ? null : (
            <Button onClick={() => hold.mutate()}>Hold back changed tools</Button>
          )
        }
      />
    </Panel>
  );
}

function AcceptAll({ review, onAccept }: { review: Review; onAccept: () => void }) {
  const { open, total, isAllShown } = review;
  return (
    <div className="flex justify-end px-3">
      {isAllShown ? (
        <Button onClick={onAccept}>
          {open.length === total ? "Accept all" : "Accept the other"} {open.length}
        </Button>
      ) : (
        <p className="text-meta text-text-2">
          They can be accepted together once each is shown as it is now, and whole.
        </p>
      )}
    </div>
  );
}
