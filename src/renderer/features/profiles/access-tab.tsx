import type { ProfileView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Key } from "lucide-react";
import { useState } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Switch } from "../../components/choice.tsx";
import { Panel, Row, Section } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { CreateTokenDialog } from "../tokens/create-token-dialog.tsx";
import { rightsLine, usedText } from "../tokens/texts.ts";
import { NoTokenBanner } from "./no-token-banner.tsx";
import { keepProfile } from "./profile-data.ts";

/** Who may use a profile. */
export function AccessTab({ profile }: { profile: ProfileView }) {
  return (
    <div className="mx-auto max-w-content space-y-6">
      {profile.allowWithoutToken ? <NoTokenBanner profile={profile} /> : null}
      <WithoutToken profile={profile} />
      <Tokens profile={profile} />
    </div>
  );
}

function WithoutToken({ profile }: { profile: ProfileView }) {
  const update = useMutation(
    api.profiles.update.mutationOptions({
      onSuccess: (view) => {
        keepProfile(view);
        announce(
          view.allowWithoutToken
            ? `“${view.name}” can be used without a token.`
            : `“${view.name}” needs a token now.`,
        );
      },
    }),
  );
  const shown = update.isPending
    ? (update.variables.changes.allowWithoutToken ?? profile.allowWithoutToken)
    : profile.allowWithoutToken;
  return (
    <Section title="Without a token">
      <Panel>
        <Row
          title="Allow local clients without a token"
          detail="Every program of every user on this computer could then call the tools of this profile."
          actions={
            <Switch
              label="Allow local clients without a token"
              hideLabel
              checked={shown}
              disabled={update.isPending}
              onChange={(allowWithoutToken) =>
                update.mutate({ profile: profile.id, changes: { allowWithoutToken } })
              }
            />
          }
        />
      </Panel>
      {update.error ? (
        <p role="alert" className="text-meta text-err">
          It is as it was. {problemLine(update.error)}
        </p>
      ) : null}
    </Section>
  );
}

function Tokens({ profile }: { profile: ProfileView }) {
  const { data: tokens, error, refetch } = useQuery(api.tokens.list.queryOptions());
  const [creating, setCreating] = useState(false);
  const valid = tokens?.filter(
    (token) =>
      token.rights.includes("use") && (token.profile === null || token.profile === profile.slug),
  );
  return (
    <Section
      title="Access tokens valid here"
      actions={
        <Button size="toolbar" onClick={() => setCreating(true)}>
          Create token…
        </Button>
      }
    >
      {error ? (
        <ProblemView
          what="The access tokens could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : valid === undefined ? (
        <SkeletonRows label="Reading the access tokens" />
      ) : valid.length === 0 ? (
        <p className="text-text-2">No access token is valid for this profile yet.</p>
      ) : (
        <Panel>
          {valid.map((token) => (
            <Row
              key={token.id}
              icon={<Key aria-hidden size={16} strokeWidth={1.75} className="text-text-2" />}
              title={
                <>
                  {token.name}{" "}
                  <span className="font-mono text-meta font-normal text-text-2">{token.hint}</span>
                </>
              }
              detail={[
                token.profile === null ? "Valid for every profile" : "Valid for this profile only",
                rightsLine(token.rights),
                usedText(token.lastUsedAt),
              ].join(" · ")}
            />
          ))}
        </Panel>
      )}
      {valid && valid.length > 0 ? (
        <p className="text-text-2">
          They are revoked under{" "}
          <a href={`#${routeTo("tokens")}`} className="underline">
            Access tokens
          </a>
          .
        </p>
      ) : null}
      {creating ? (
        <CreateTokenDialog profile={profile.slug} onClose={() => setCreating(false)} />
      ) : null}
    </Section>
  );
}
