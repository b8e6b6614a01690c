import type { ClientKind, ClientSnippet } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { ProblemView, problemLine } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { closeDialog, openDialog } from "../../stores/dialogs.ts";
import type { Awaited } from "./observed.ts";
import { ClientPicker } from "./client-picker.tsx";
import { filledIn, inOrder } from "./snippets.ts";
import { WatchItWork } from "./watch-it-work.tsx";

interface ConnectClientProps {
  /** Slug; without one the client follows the active profile. */
  profile?: string;
}

/** From “which client” to its first call: a snippet with a token of its own, then what is observed. */
export function ConnectClient({ profile }: ConnectClientProps) {
  const { data, error, refetch } = useQuery(
    api.clients.snippets.queryOptions({ input: { profile } }),
  );
  const [chosen, setChosen] = useState<ClientKind | null>(null);
  if (error && problemOf(error).code === "no_active_profile") return <NoProfile />;
  if (error) {
    return (
      <ProblemView
        what="The clients could not be read."
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!data) return <SkeletonRows label="Reading clients" rows={2} />;
  const snippets = inOrder(data);
  const current = snippets.find(({ client }) => client === chosen) ?? snippets[0];
  if (!current) return null;
  return (
    <div className="space-y-4">
      <ClientPicker snippets={snippets} current={current.client} onChoose={setChosen} />
      <OneClient key={current.client} snippet={current} profile={profile} />
    </div>
  );
}

/** Without a profile there is nothing to connect to. */
function NoProfile() {
  const { data: profiles } = useQuery(api.profiles.list.queryOptions());
  if (!profiles) return null;
  const none = profiles.length === 0;
  return (
    <Banner
      level="note"
      title={none ? "There is no profile yet" : "No profile is active"}
      actions={
        none ? (
          <Button onClick={() => openDialog({ type: "new_profile" })}>New profile…</Button>
        ) : (
          <Button
            onClick={() => {
              closeDialog();
              navigate(routeTo("profiles"));
            }}
          >
            Go to Profiles
          </Button>
        )
      }
    >
      <p>A profile is what one client sees: chosen servers and tools at their own URL.</p>
    </Banner>
  );
}

interface OneClientProps {
  snippet: ClientSnippet;
  profile: string | undefined;
}

function OneClient({ snippet, profile }: OneClientProps) {
  const { title, needsToken, reaches } = snippet;
  const once = useRef<HTMLParagraphElement>(null);
  const [since, setSince] = useState<number | null>(null);
  const [copiedAt, setCopiedAt] = useState<number | null>(null);
  // The token lives here and in what is copied, and is gone with this view.
  const create = useMutation({ ...api.tokens.create.mutationOptions(), gcTime: 0 });
  const created = create.data;
  const startWaiting = (): void => {
    const now = Date.now();
    setCopiedAt(now);
    setSince((before) => before ?? now);
  };
  const makeToken = (): void => {
    setSince(Date.now());
    setCopiedAt(null);
    create.mutate({ name: title, profile: profile ?? null, rights: ["use"] });
  };
  useEffect(() => {
    if (created) once.current?.focus();
  }, [created]);

  const awaited: Awaited | null =
    since === null ? null : { title, tokenId: created?.id ?? null, since, copiedAt };
  const text = filledIn(snippet, created?.token);
  const mayCopy = !needsToken || created !== undefined;
  return (
    <div className="space-y-3">
      {snippet.file === null ? null : (
        <p className="flex flex-wrap items-center gap-x-1 text-meta text-text-2">
          File: <span className="font-mono break-all">{snippet.file}</span>
          <CopyButton text={snippet.file} label="Copy path" />
        </p>
      )}
      <p>{snippet.instruction}</p>
      <div onCopy={startWaiting}>
        <CodeBlock label={`Snippet for ${title}`} text={text} wrap={snippet.language === "shell"} />
      </div>
      {created ? (
        <p ref={once} tabIndex={-1} className="font-medium">
          Copy it now: the token in it cannot be shown again.
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        {mayCopy ? null : (
          <Button kind="primary" disabled={create.isPending} onClick={makeToken}>
            Create token for {title}
          </Button>
        )}
        <CopyButton
          kind={mayCopy ? (copiedAt === null ? "primary" : "secondary") : "quiet"}
          label="Copy snippet"
          text={text}
          onCopied={startWaiting}
        >
          Copy snippet
        </CopyButton>
        {created ? (
          <CopyButton kind="quiet" label="Copy token" text={created.token}>
            Copy token
          </CopyButton>
        ) : null}
      </div>
      {mayCopy ? null : (
        <p className="text-meta text-text-2">
          Each client gets its own token, so you can revoke one. Until then YOUR_TOKEN stands in its
          place.
        </p>
      )}
      {create.error ? (
        <p role="alert" className="text-err">
          {problemLine(create.error)}
        </p>
      ) : null}
      {awaited && !create.isPending && !create.error ? (
        <WatchItWork
          awaited={awaited}
          token={created?.token}
          reaches={reaches}
          profile={profile}
          onNewToken={() => {
            makeToken();
            announce(`A new token for ${title} is being made.`);
          }}
        />
      ) : null}
    </div>
  );
}
