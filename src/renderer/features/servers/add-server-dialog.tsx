import type { ServerImportRow } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { announce } from "../../app/announce.ts";
import { api, client } from "../../app/api.ts";
import { navigate, parseRoute, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";
import { toast } from "../../components/toast.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { VaultNotice } from "../settings/vault-notice.tsx";
import { AddResult } from "./add-server-dialog-result.tsx";
import { PasteBox, useRecognition } from "./paste-box.tsx";
import { PastePreview } from "./paste-preview.tsx";
import {
  canAdd,
  chosenRows,
  type PasteEdit,
  pasteRows,
  recognised,
  resultTitle,
  secretsOf,
} from "./paste-rows.ts";
import { type DraftProblems, draftSecrets, EMPTY_DRAFT, readDraft } from "./server-form-draft.ts";
import { ServerForm } from "./server-form.tsx";

/** In the select of profiles, for none of them. No slug begins with a sign. */
const NO_PROFILE = "-";

interface AddServerDialogProps {
  /** What the box holds at first. */
  text?: string;
  /** Slug of the profile that the servers join, unless another is chosen. */
  profile?: string;
  onClose: () => void;
}

/** Adds servers from a pasted text or by hand; those that run a command are then reviewed. */
export function AddServerDialog(props: AddServerDialogProps) {
  // A file that is opened with the app while the dialog is open begins it anew.
  return <AddServers key={props.text ?? ""} {...props} />;
}

function AddServers({
  text: givenText = "",
  profile: givenProfile,
  onClose,
}: AddServerDialogProps) {
  const [text, setText] = useState(givenText);
  const [edits, setEdits] = useState<Record<string, PasteEdit>>({});
  const [way, setWay] = useState<"paste" | "hand">("paste");
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [draftProblems, setDraftProblems] = useState<DraftProblems>({});
  const [slug, setSlug] = useState(givenProfile);
  const [isAdding, setAdding] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [result, setResult] = useState<{ rows: ServerImportRow[]; toReview: string[] } | null>(
    null,
  );
  const formId = useId();
  const content = useRef<HTMLDivElement>(null);
  const focusFirst = (what: string): void =>
    content.current?.querySelector<HTMLElement>(what)?.focus();
  const { data: servers } = useQuery(api.servers.list.queryOptions());
  const { data: profiles } = useQuery(api.profiles.list.queryOptions());
  const names = useMemo(() => new Set(servers?.map(({ name }) => name)), [servers]);
  const { recognition, problem, isCurrent } = useRecognition(text);
  const rows = pasteRows(recognition?.servers ?? [], edits, names);
  const chosen = chosenRows(rows);
  const profile =
    slug ?? profiles?.find(({ active }) => active)?.slug ?? profiles?.at(0)?.slug ?? NO_PROFILE;

  const busy = isAdding || profiles === undefined || servers === undefined;
  const found = recognition && recognised(recognition);
  useEffect(() => {
    if (found !== null) announce(found);
  }, [found]);

  /** Runs what adds them in the profile that they join, and goes on with what came of it. */
  const add = async (run: (profiles: string[]) => Promise<ServerImportRow[]>): Promise<void> => {
    setAdding(true);
    setError(null);
    try {
      const joins = profiles?.length === 0 ? await createDefaultProfile() : profile;
      const added = await run(joins === NO_PROFILE ? [] : [joins]);
      await goOn(added);
    } catch (failure) {
      setError(failure);
    }
    setAdding(false);
  };

  const goOn = async (added: ServerImportRow[]): Promise<void> => {
    const toReview = await unconfirmed(added);
    if (added.some(({ outcome, message }) => outcome !== "added" || message !== null)) {
      setResult({ rows: added, toReview });
      announce(resultTitle(added));
      return;
    }
    leave(toReview);
    if (toReview.length > 0) return;
    const text = `${added.length === 1 ? added[0]?.name : count(added.length, "server")} added`;
    announce(`${text}.`);
    // Where the list is in sight, it says so itself.
    if (parseRoute(window.location.hash).page === "servers") return;
    const open = (): void => navigate(routeTo("servers"));
    toast({ key: "servers-added", text, action: { label: "Open", run: open } });
  };
  const leave = (toReview: string[]): void => {
    onClose();
    if (toReview.length > 0) openDialog({ type: "review", servers: toReview });
  };

  const addPasted = (): void => {
    if (!isCurrent || busy || !canAdd(rows)) return;
    const choices = chosen.map(({ index, name, plain }) => ({ index, name, plain }));
    void add(
      async ([joins]) => (await client.servers.importFile({ text, choices, profile: joins })).rows,
    );
  };
  const addByHand = (): void => {
    const { server, problems } = readDraft(draft, names);
    flushSync(() => setDraftProblems(problems ?? {}));
    focusFirst("[aria-invalid=true]");
    if (server === null || busy) return;
    void add(async (joins) => {
      const { warnings } = await client.servers.create({ ...server, profiles: joins });
      const message = warnings.map((one) => one.message).join(" ") || null;
      return [{ original: server.name, name: server.name, outcome: "added", message }];
    });
  };

  const changeWay = (): void => {
    flushSync(() => setWay(way === "hand" ? "paste" : "hand"));
    focusFirst("input, textarea");
  };

  if (result) {
    return <AddResult {...result} onBack={() => setResult(null)} onLeave={leave} />;
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add server"
      width="wide"
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {way === "hand" ? (
            <Button kind="primary" type="submit" form={formId} disabled={busy}>
              Add server
            </Button>
          ) : (
            <Button
              kind="primary"
              disabled={busy || !isCurrent || !canAdd(rows)}
              onClick={addPasted}
            >
              {chosen.length > 1 ? `Add ${count(chosen.length, "server")}` : "Add server"}
            </Button>
          )}
        </>
      }
    >
      <div ref={content} className="space-y-4">
        {way === "hand" ? (
          <>
            <ServerForm
              id={formId}
              draft={draft}
              problems={draftProblems}
              onChange={(next) => {
                setDraft(next);
                // Once it was looked at, each correction is seen at once.
                if (Object.keys(draftProblems).length > 0)
                  setDraftProblems(readDraft(next, names).problems ?? {});
              }}
              onSubmit={addByHand}
            />
            <VaultNotice secrets={draftSecrets(draft)} />
          </>
        ) : (
          <>
            <PasteBox text={text} onText={setText} problem={problem} onSubmit={addPasted} />
            {rows.length > 0 ? (
              <div className="space-y-2">
                <p className="text-text-2">{found}</p>
                <VaultNotice secrets={chosen.reduce((sum, row) => sum + secretsOf(row), 0)} />
                <PastePreview
                  rows={rows}
                  onEdit={(key, edit) =>
                    setEdits((before) => ({ ...before, [key]: { ...before[key], ...edit } }))
                  }
                />
              </div>
            ) : null}
          </>
        )}
        {error === null ? null : <ProblemView what="Adding did not finish." error={error} />}
        <div className="flex flex-wrap items-end justify-between gap-3">
          {profiles === undefined ? null : profiles.length > 0 ? (
            <Select
              label="Profile"
              className="min-w-60"
              value={profile}
              onChange={setSlug}
              options={[
                ...profiles.map(({ slug, name, active }) => ({
                  value: slug,
                  label: name,
                  note: active ? "Active" : undefined,
                })),
                { value: NO_PROFILE, label: "None for now" },
              ]}
            />
          ) : (
            <p className="self-center text-meta text-text-2">
              What you add joins a new profile, “Default”, which becomes the active one.
            </p>
          )}
          <Button kind="quiet" onClick={changeWay}>
            {way === "hand" ? "Paste instead" : "Fill in by hand"}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Where there is no profile yet, clients could not see what was added. */
async function createDefaultProfile(): Promise<string> {
  const { slug } = await client.profiles.create({ slug: "default", name: "Default" });
  await client.profiles.activate({ profile: slug });
  return slug;
}

/** Names of those that were added and wait for somebody to see their command. */
async function unconfirmed(added: readonly ServerImportRow[]): Promise<string[]> {
  const names = new Set(added.flatMap(({ outcome, name }) => (outcome === "added" ? name : [])));
  return (await client.servers.list())
    .filter(
      ({ name, config, confirmed, enabled }) =>
        names.has(name) && config.transport === "stdio" && !confirmed && enabled,
    )
    .map(({ name }) => name);
}
