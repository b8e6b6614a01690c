import type { ServerView, Warning } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { useParam } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { TextArea, TextField } from "../../components/field.tsx";
import { SaveBar } from "../../components/save-bar.tsx";
import { SaveProblem } from "../../components/save-problem.tsx";
import { TagsField } from "../../components/tags-field.tsx";
import {
  changedFields,
  type Draft,
  draftOf,
  type Edits,
  firstProblem,
  markNames,
  type Problems,
  readEdits,
} from "./edit.ts";
import { LevelField } from "../logs/level-field.tsx";
import { LeaveGuard } from "../../components/leave-guard.tsx";
import {
  ConnectionsField,
  HoldField,
  LimitFields,
  MarkFields,
  RemoteFields,
  StdioFields,
} from "./settings-fields.tsx";
import { SignInFields } from "./sign-in-fields.tsx";
import { newRow, type ValueRow } from "../../components/value-row.ts";

/** Everything of a server that can be edited; all of it is saved together or not at all. */
export function SettingsTab({ server }: { server: ServerView }) {
  const [wanted, setWanted] = useParam("field");
  const [offersHeader, setOffersHeader] = useState(false);
  if (wanted === "headers" && !offersHeader) setOffersHeader(true);
  const [edits, setEdits] = useState<Edits>({});
  const [problems, setProblems] = useState<Problems>({});
  const [warnings, setWarnings] = useState<Warning[]>([]);
  const draft = { ...startOf(server, offersHeader), ...edits };
  const changed = changedFields(server, edits);
  const set = (part: Edits): void => setEdits((before) => ({ ...before, ...part }));

  const goTo = useEffectEvent(() => {
    focusField(targetOf(server, draft, wanted));
    // So that asking for the same field again leads here again.
    setWanted("");
  });
  useEffect(() => {
    if (wanted !== "") goTo();
  }, [wanted]);

  // What is sent is taken from here and not handed over, so that no value stays in a cache.
  const save = useMutation({
    mutationFn: async ({ keepSecrets }: { keepSecrets: boolean }) => {
      const { changes, problems: found } = readEdits(server, edits);
      setProblems(found ?? {});
      if (changes === null) {
        const first = firstProblem(found);
        if (first !== null) focusField(first);
        return;
      }
      const agreed = keepSecrets ? { ...changes, keepSecrets } : changes;
      const saved = await client.servers.update({ server: server.id, changes: agreed });
      setEdits({});
      setWarnings(saved.warnings);
      announce("Saved.");
    },
  });
  const discard = (): void => {
    setEdits({});
    setProblems({});
    save.reset();
  };
  const shared = { server, draft, problems, set };

  return (
    <div className="flex min-h-full flex-col gap-4">
      <form
        noValidate
        aria-label={`Settings of ${server.title}`}
        className="w-full max-w-form flex-1 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (changed.length > 0 && !save.isPending) save.mutate({ keepSecrets: false });
        }}
      >
        {warnings.map(({ code, message }) => (
          <Banner key={`${code} ${message}`} level="warn" title="Saved, but it will not work yet.">
            <p>{message}</p>
          </Banner>
        ))}
        <TextField
          id="field-title"
          label="Title"
          hint="For people."
          error={problems.title}
          value={draft.title}
          onChange={(event) => set({ title: event.target.value })}
        />
        <TextField
          id="field-name"
          label="Name"
          hint="a-z, 0-9 and -. Commands use it, and clients where two tools have one name."
          mono
          error={problems.name}
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <TextArea
          id="field-description"
          label="Description"
          className="field-sizing-content"
          error={problems.description}
          value={draft.description}
          onChange={(event) => set({ description: event.target.value })}
        />
        {server.config.transport === "stdio" ? (
          <>
            <StdioFields {...shared} />
            {changed.some((field) => CONSENT.includes(field)) ? (
              <p className="text-meta text-text-2">
                The command is shown for review before it runs with these changes.
              </p>
            ) : null}
          </>
        ) : (
          <RemoteFields {...shared} />
        )}
        <MarkFields {...shared} />
        {server.config.transport === "stdio" ? null : (
          <SignInFields
            stored={server.config.signIn}
            draft={draft.signIn}
            problems={problems}
            onChange={(signIn) => set({ signIn })}
          />
        )}
        <LimitFields {...shared} />
        <ConnectionsField {...shared} />
        <HoldField {...shared} />
        <TagsField
          id="field-tags"
          tags={draft.tags}
          error={problems.tags}
          onChange={(tags) => set({ tags })}
        />
        <LevelField of={{ server: server.name }} />
        {save.error ? (
          <SaveProblem error={save.error} onKeep={() => save.mutate({ keepSecrets: true })} />
        ) : null}
      </form>
      <LeaveGuard title={server.title} changes={changed.length} />
      <SaveBar
        changes={changed.length}
        saving={save.isPending}
        onSave={() => save.mutate({ keepSecrets: false })}
        onDiscard={discard}
      />
    </div>
  );
}

/** What a person agreed to run; a change of it asks them again. */
const CONSENT: readonly string[] = ["command", "args", "cwd", "env"];

const isAuthorization = ({ name }: ValueRow): boolean => /^authorization$/i.test(name);

/** What is stored; whoever comes for a header finds a row for the one that is usually meant. */
function startOf(server: ServerView, offersHeader: boolean): Draft {
  const draft = draftOf(server);
  return !offersHeader || draft.headers.some(isAuthorization)
    ? draft
    : { ...draft, headers: [...draft.headers, newRow(draft.headers, { name: "Authorization" })] };
}

/** The very field that a route's `field` means. */
function targetOf(server: ServerView, draft: Draft, wanted: string): string {
  switch (wanted) {
    case "limits":
      return "startTimeoutMs";
    case "headers":
      return `headers:${draft.headers.find(isAuthorization)?.key ?? ""}`;
    case "secrets": {
      const missing = markNames(server, draft).find((name) => !(name in server.secrets));
      return missing === undefined ? "secrets" : `secrets:${missing}`;
    }
    case "signIn":
      return "signIn:kind";
    default:
      return wanted;
  }
}

function focusField(field: string): void {
  const target = document.getElementById(`field-${field}`);
  const folded = target?.closest("details");
  if (folded) folded.open = true;
  target?.focus();
}
