import type { SavedExport } from "@local-mcp/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FileOutput } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { announce } from "../../app/announce.ts";
import { api, client } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { SplitView } from "../../components/split-view.tsx";
import { count } from "../../components/time.ts";
import { useAttempt } from "../../components/use-attempt.ts";
import { useSettled } from "../../components/use-settled.ts";
import { useNewPassphrase } from "../backups/new-passphrase.tsx";
import { type Available, candidates, firstChoice, optionsOf } from "./export-choice.ts";
import { ExportDone } from "./export-done.tsx";
import { ExportFacts, ExportUnderWay } from "./export-facts.tsx";
import { ExportFields } from "./export-fields.tsx";
import { ExportList } from "./export-list.tsx";

const BACK = { label: "Import & export", route: routeTo("transfer") };
const SETTLED_MS = 250;

interface ExportPageProps {
  /** What alone is ticked at first; null for everything that is on. */
  only: Pick<Available, "kind" | "name"> | null;
}

/** Chooses what goes into a file, says what that holds, and writes it where a person says. */
export function ExportPage({ only }: ExportPageProps) {
  const [choice, setChoice] = useState(() => firstChoice(only));
  const passphrase = useNewPassphrase();
  const { isBusy, error, attempt } = useAttempt();
  const [saved, setSaved] = useState<SavedExport | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const known = useQuery(api.transfer.estimate.queryOptions({ input: {}, staleTime: 0 }));
  const items = known.data ? candidates(known.data.available, choice) : null;
  const options = optionsOf(choice, items);
  // Nothing is asked for each key that is pressed.
  const settled = useSettled(choice, SETTLED_MS);
  const asked = optionsOf(settled, known.data ? candidates(known.data.available, settled) : null);
  const { data: estimate, error: failure } = useQuery(
    api.transfer.estimate.queryOptions({
      input: asked ?? {},
      enabled: asked !== null,
      staleTime: 0,
      placeholderData: keepPreviousData,
    }),
  );
  const total = options === null ? 0 : (estimate?.total ?? 0);
  const seals = options?.secrets === "sealed" && (estimate?.secrets ?? 0) > 0;
  const asksPassphrase = seals && choice.secrets === "passphrase";

  const write = (): void => {
    if (options === null) return;
    const given = asksPassphrase ? flushSync(passphrase.take) : "";
    if (given === null) {
      document.querySelector<HTMLElement>("main [aria-invalid=true]")?.focus();
      return;
    }
    void attempt(async () => {
      running.current = new AbortController();
      const { signal } = running.current;
      const wish = { ...options, ...(given !== "" && { passphrase: given }) };
      try {
        const made = await client.desktop.saveExport(wish, { signal });
        setSaved(made);
        if (made) announce(`Exported ${count(made.total, "entry", "entries")} to ${made.name}.`);
      } catch (problem) {
        if (!signal.aborted) throw problem;
        announce("The export was cancelled. Nothing was written.");
      }
    });
  };

  if (saved !== null) return <ExportDone saved={saved} onAgain={() => setSaved(null)} />;
  const isEmpty = known.data?.available.length === 0;
  return (
    <Page
      back={BACK}
      title="Export"
      scrolls="content"
      beside={
        known.data && !isEmpty ? (
          <span className="text-text-2" aria-live="polite">
            {count(total, "entry", "entries")}
          </span>
        ) : null
      }
      actions={
        known.data && !isEmpty ? (
          <Button
            kind="primary"
            size="toolbar"
            icon={FileOutput}
            disabled={isBusy || total === 0}
            onClick={write}
          >
            Export…
          </Button>
        ) : null
      }
    >
      {known.error ? (
        <div className="p-4">
          <ProblemView
            what="What can be exported could not be read."
            error={known.error}
            onRetry={() => void known.refetch()}
          />
        </div>
      ) : known.data === undefined || items === null ? (
        <div className="p-4">
          <SkeletonRows label="Reading what can be exported" rows={6} />
        </div>
      ) : isEmpty ? (
        <EmptyState icon={FileOutput}>
          There is nothing to export yet: no server, profile, tool, prompt, resource or root.
        </EmptyState>
      ) : (
        <div className="min-h-0 flex-1 p-2">
          <SplitView
            name="export"
            chosen=""
            list={
              <ExportList
                items={items}
                added={options === null ? [] : (estimate?.added ?? [])}
                choice={choice}
                onChoice={setChoice}
              />
            }
            detail={
              <div className="max-w-form space-y-4 p-2">
                {error === null ? null : <ProblemView what="Nothing was exported." error={error} />}
                {failure ? (
                  <ProblemView what="What the file would hold is not known." error={failure} />
                ) : null}
                {isBusy && estimate ? (
                  <ExportUnderWay
                    total={total}
                    bytes={estimate.bytes}
                    onCancel={() => running.current?.abort()}
                  />
                ) : null}
                <ExportFields
                  choice={choice}
                  onChoice={setChoice}
                  available={known.data.available}
                  hasEncryptionSecret={known.data.hasEncryptionSecret}
                  secrets={estimate?.secrets ?? 0}
                  passphrase={asksPassphrase ? passphrase.field : null}
                />
                {estimate && options !== null ? (
                  <ExportFacts estimate={estimate} />
                ) : (
                  <p className="text-text-2">Nothing is ticked.</p>
                )}
              </div>
            }
          />
        </div>
      )}
    </Page>
  );
}
