import type { ServerReview, ServerView } from "@local-mcp/contract";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Panel } from "../../components/page.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { ReviewedCommand } from "./review-dialog-command.tsx";

interface ReviewDialogProps {
  /** Names or ids. */
  servers: string[];
  onClose: () => void;
}

/** Shows every command that would run, whole, before it runs for the first time. */
export function ReviewDialog({ servers, onClose }: ReviewDialogProps) {
  const { data: views } = useQuery(api.servers.list.queryOptions());
  const reviews = useQueries({
    queries: servers.map((server) =>
      // No event tells that a program was installed since it was last looked at.
      api.servers.review.queryOptions({ input: { server }, staleTime: 0 }),
    ),
  });
  const [left, setLeft] = useState<readonly string[]>([]);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const [triedEnter, setTriedEnter] = useState(false);

  const rows = servers.map((server, index) => ({
    server,
    title: titleOf(server, views),
    review: reviews[index]?.data,
    problem: problems[server] ?? failureOf(reviews[index]?.error),
    chosen: !left.includes(server),
  }));
  const ready = rows.filter(({ chosen, review }) => chosen && review !== undefined);
  const [only] = rows.length === 1 ? rows : [];

  const start = async (): Promise<void> => {
    setBusy(true);
    const outcomes = await Promise.all(
      ready.map(async ({ server, review }) => [server, await startOne(server, review)] as const),
    );
    const failed = outcomes.flatMap(([server, problem]) =>
      problem === null ? [] : [[server, problem] as const],
    );
    setProblems(Object.fromEntries(failed));
    setBusy(false);
    if (failed.length > 0) {
      // What runs now needs no second answer.
      setLeft([...left, ...outcomes.flatMap(([server, problem]) => (problem ? [] : server))]);
      return;
    }
    announce(`Starting ${only?.title ?? count(ready.length, "server")}.`);
    onClose();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={only ? "Review command" : "Review commands"}
      description={
        only ? (
          <Consent title={only.title} />
        ) : (
          "These servers will run these commands with your user's rights. Start only those you trust."
        )
      }
      footer={
        <>
          {triedEnter ? (
            <p className="mr-auto self-center text-meta text-text-2">Press Space to start.</p>
          ) : null}
          <Button onClick={onClose}>Not now</Button>
          <Button
            kind="primary"
            disabled={busy || ready.length === 0}
            onClick={() => void start()}
            onKeyDown={(event) => {
              // Enter is pressed through dialogs unread; it starts nothing.
              if (event.key !== "Enter") return;
              event.preventDefault();
              setTriedEnter(true);
              announce("Press Space to start.");
            }}
          >
            {only ? (
              <span>
                Start <UntrustedText text={only.title} />
              </span>
            ) : (
              `Start ${count(ready.length, "server")}`
            )}
          </Button>
        </>
      }
    >
      <Panel>
        {rows.map(({ server, title, review, problem, chosen }) => (
          <div key={server} className="space-y-2 px-3 py-3">
            {only ? null : (
              <Checkbox
                label={title}
                checked={chosen}
                onChange={(next) =>
                  setLeft(next ? left.filter((one) => one !== server) : [...left, server])
                }
              />
            )}
            {review ? <ReviewedCommand title={title} review={review} /> : null}
            {review || problem ? null : <SkeletonRows rows={2} label={`Reading ${title}`} />}
            {problem ? (
              <p role="alert" className="text-meta break-words text-err">
                {problem}
              </p>
            ) : null}
          </div>
        ))}
      </Panel>
    </Dialog>
  );
}

function Consent({ title }: { title: string }) {
  return (
    <>
      <UntrustedText text={title} /> will run this command with your user's rights. Start it only if
      you trust it.
    </>
  );
}

const titleOf = (server: string, views: ServerView[] | undefined): string =>
  views?.find(({ id, name }) => id === server || name === server)?.title ?? server;

const failureOf = (error: unknown): string | null => (error ? problemLine(error) : null);

/** Starts what was shown and nothing else. Returns why it was not started. */
async function startOne(server: string, shown: ServerReview | undefined): Promise<string | null> {
  try {
    const now = await client.servers.review({ server });
    queryClient.setQueryData(api.servers.review.queryKey({ input: { server } }), now);
    if (shown === undefined || whatRuns(now) !== whatRuns(shown))
      return "It changed while it was shown. Read it again, then start it.";
    await client.servers.update({ server, changes: { confirmed: true } });
    return null;
  } catch (error) {
    return problemLine(error);
  }
}

const whatRuns = ({ command, args, path, cwd, env }: ServerReview): string =>
  JSON.stringify([command, args, path, cwd, env]);
