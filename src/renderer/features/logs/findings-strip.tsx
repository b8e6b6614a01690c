import type { LogFinding } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight, Lightbulb } from "lucide-react";
import { useId, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { ago, count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { useIsSeen } from "../../components/use-is-seen.ts";
import { showRows } from "./narrow.ts";

/** What was recorded may show something new meanwhile, ms. */
const READ_AGAIN_MS = 30_000;

/** What the log shows to be wrong, with what to do; several are one line until they are unfolded. */
export function FindingsStrip() {
  const { data: findings = [] } = useQuery(
    api.logs.findings.queryOptions({
      enabled: useIsSeen(),
      staleTime: 0,
      refetchInterval: READ_AGAIN_MS,
    }),
  );
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLElement>(null);
  const dismiss = useMutation(
    api.logs.dismiss.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: api.logs.findings.key() });
        announce("Dismissed. It is shown again when it happens again.");
        // The button is gone with its row.
        const next = box.current?.querySelector<HTMLElement>("button");
        (next ?? document.querySelector<HTMLElement>("h1"))?.focus();
      },
    }),
  );
  if (findings.length === 0) return null;
  const folds = findings.length > 1;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <section
      ref={box}
      aria-label="Findings"
      className="max-h-64 shrink-0 overflow-y-auto border-b border-border bg-warn-soft"
    >
      {folds ? (
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
          className="flex min-h-9 w-full items-center gap-2 px-4 text-left -outline-offset-2"
        >
          <Chevron aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
          <span className="shrink-0 font-medium">{count(findings.length, "finding")}</span>
          {isOpen ? null : (
            <span className="min-w-0 truncate text-text-2">
              <UntrustedText text={findings[0]?.message ?? ""} />
            </span>
          )}
        </button>
      ) : null}
      <ul id={id} hidden={folds && !isOpen} className="divide-y divide-border">
        {findings.map((finding) => (
          <Finding
            key={finding.id}
            finding={finding}
            isDismissing={dismiss.isPending}
            onDismiss={() => dismiss.mutate({ finding: finding.id })}
          />
        ))}
      </ul>
      {dismiss.error ? (
        <p role="alert" className="px-4 pb-2 text-meta text-err">
          It is still there. {problemLine(dismiss.error)}
        </p>
      ) : null}
    </section>
  );
}

interface FindingProps {
  finding: LogFinding;
  isDismissing: boolean;
  onDismiss: () => void;
}

function Finding({ finding, isDismissing, onDismiss }: FindingProps) {
  const { message, fix, filter, profile } = finding;
  const id = useId();
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-1 px-4 py-2">
      <Lightbulb aria-hidden size={16} strokeWidth={1.75} className="mt-0.5 shrink-0 text-warn" />
      <div id={id} className="min-w-60 flex-1 break-words">
        <p>
          <span className="font-medium">
            <UntrustedText text={message} />
          </span>{" "}
          <span className="whitespace-nowrap text-text-2">{evidence(finding)}</span>
        </p>
        <p className="text-text-2">
          <UntrustedText text={fix} />
        </p>
      </div>
      <div className="flex gap-2">
        {filter !== null ? (
          <Button size="toolbar" aria-describedby={id} onClick={() => showRows(filter)}>
            Show
          </Button>
        ) : profile === null ? null : (
          <Button
            size="toolbar"
            aria-describedby={id}
            onClick={() => navigate(routeTo("profiles", [profile]))}
          >
            Open profile
          </Button>
        )}
        <Button
          kind="quiet"
          size="toolbar"
          aria-describedby={id}
          disabled={isDismissing}
          onClick={onDismiss}
        >
          Dismiss
        </Button>
      </div>
    </li>
  );
}

/** “3 times, last 12 min ago”; nothing for what is so all the time. */
const evidence = ({ count: times, lastAt }: LogFinding): string =>
  lastAt === null ? "" : `${count(times, "time")}, last ${ago(lastAt)}`;
