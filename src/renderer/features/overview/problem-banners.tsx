import type { Problem } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, Unplug } from "lucide-react";
import { type FocusEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { api, queryClient } from "../../app/api.ts";
import { backUpNow } from "../../app/back-up.ts";
import { reconnect } from "../../app/link.ts";
import { problemOf } from "../../app/problem.ts";
import { navigate, routeTo, usePlace } from "../../app/router.ts";
import { Banner, type BannerLevel } from "../../components/banner.tsx";
import { Button, IconButton } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";
import { useConnection } from "../../stores/connection.ts";
import { RecordMetadata } from "../logs/record-metadata.tsx";
import { StoreBanner } from "../sessions/store-banner.tsx";
import {
  portIsOurs,
  saysLogsOff,
  waitingForVault,
  type WholeProblem,
  wholeProblems,
} from "./problems.ts";

/** What is wrong with the whole: one banner, the worst first, the others one step away. */
export function ProblemBanners() {
  const connection = useConnection(({ state }) => state);
  const { data: status } = useQuery(api.status.get.queryOptions());
  const { data: vault } = useQuery(api.vault.status.queryOptions());
  const { data: logs } = useQuery(api.logs.state.queryOptions());
  const { page } = usePlace();
  const [chosen, setChosen] = useState<WholeProblem["kind"] | null>(null);

  const problems = wholeProblems({
    connection,
    status,
    vault,
    logsOff: saysLogsOff(page, logs),
  });
  const at = Math.max(
    0,
    problems.findIndex(({ kind }) => kind === chosen),
  );
  const shown = problems[at];
  const held = useFocusOfGone(shown?.kind);
  if (!shown) return null;

  const step = (by: number): void =>
    setChosen(problems[(at + by + problems.length) % problems.length]?.kind ?? null);
  return (
    <div {...held} className="flex items-center gap-2 px-4 pt-3">
      <div className="min-w-0 flex-1">
        <ProblemBanner key={shown.kind} problem={shown} />
      </div>
      {problems.length === 1 ? null : (
        <div className="flex shrink-0 items-center">
          <IconButton icon={ChevronLeft} label="Previous problem" onClick={() => step(-1)} />
          <span role="status" className="text-meta tabular-nums">
            {at + 1} of {problems.length}
          </span>
          <IconButton icon={ChevronRight} label="Next problem" onClick={() => step(1)} />
        </div>
      )}
    </div>
  );
}

/** A banner that was acted on goes, and the button with it; the page's heading takes the focus. */
function useFocusOfGone(kind: WholeProblem["kind"] | undefined) {
  const held = useRef(false);
  const last = useRef(kind);
  useEffect(() => {
    const gone = last.current !== kind;
    last.current = kind;
    if (gone && held.current && document.activeElement === document.body)
      document.querySelector("h1")?.focus();
  }, [kind]);
  return {
    onFocus: () => {
      held.current = true;
    },
    onBlur: ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget !== null) held.current = false;
    },
  };
}

interface ProblemBannerProps {
  problem: WholeProblem;
}

function ProblemBanner({ problem }: ProblemBannerProps) {
  switch (problem.kind) {
    case "link_lost":
      return (
        <Banner
          level="err"
          icon={Unplug}
          title="The app lost its connection to the gateway."
          actions={<Button onClick={reconnect}>Reconnect</Button>}
        >
          <p>Clients may still be served.</p>
        </Banner>
      );
    case "port_taken":
      return <PortTaken problem={problem} />;
    case "not_serving":
      return (
        <NotListening
          title={problem.problem.message}
          action={<Button onClick={goToSettings("gateway")}>Change the address…</Button>}
        />
      );
    case "vault_locked":
      return (
        <VaultProblem
          title="The vault is locked."
          facts={[waitingForVault(problem.waiting), ...problem.why]}
          action={problem.opensByHand ? "Unlock…" : "How to open it"}
        />
      );
    case "vault_lost":
      return (
        <VaultProblem
          level="err"
          title="The key of the vault is missing."
          facts={[
            `${count(problem.secrets, "stored secret")} cannot be read.`,
            waitingForVault(problem.waiting),
          ]}
          action="What can be done"
        />
      );
    case "backups":
      return (
        <Banner
          level="warn"
          title={problem.problem.message}
          actions={
            <>
              <Button onClick={goToSettings("backups")}>Choose folder…</Button>
              <Button kind="quiet" onClick={() => void backUpNow()}>
                Back up now
              </Button>
            </>
          }
        />
      );
    case "logs":
      return problem.problem.code === "logs_stopped" ? (
        <LogsStopped problem={problem.problem} />
      ) : (
        <Banner
          level="warn"
          title={problem.problem.message}
          actions={<Button onClick={goToSettings("logs")}>Record less…</Button>}
        >
          <p>{problem.problem.wayOut}</p>
        </Banner>
      );
    case "logs_off":
      return (
        <Banner
          level="note"
          title="Debug logs are off."
          actions={<RecordMetadata kind="secondary" />}
        >
          <p>Nothing is recorded. Metadata only is a good start.</p>
        </Banner>
      );
    case "sessions":
      return <StoreBanner problem={problem.problem} />;
    case "warned":
      return (
        <Banner level="warn" title={problem.problem.message}>
          <p>{problem.problem.wayOut}</p>
        </Banner>
      );
    default:
      return (
        <VaultProblem
          title={problem.why}
          facts={["Servers that need no secret work."]}
          action="Set a passphrase…"
        />
      );
  }
}

function LogsStopped({ problem }: { problem: Problem }) {
  const record = useMutation(
    api.logs.record.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: api.status.get.key() }),
    }),
  );
  return (
    <Banner
      level="warn"
      title={problem.message}
      actions={
        <>
          <Button onClick={goToSettings("logs")}>Free space…</Button>
          <Button kind="quiet" disabled={record.isPending} onClick={() => record.mutate({})}>
            Record again
          </Button>
        </>
      }
    >
      <p>{problem.wayOut}</p>
      {record.error ? <p role="alert">{problemLine(record.error)}</p> : null}
      {record.data?.problem ? (
        <p key={record.submittedAt} role="alert">
          Tried again; nothing has changed.
        </p>
      ) : null}
    </Banner>
  );
}

interface VaultProblemProps {
  level?: BannerLevel;
  title: string;
  /** The first is what it affects. */
  facts: string[];
  /** Done in the settings of the vault. */
  action: string;
}

function VaultProblem({
  level = "warn",
  title,
  facts: [effect, ...others],
  action,
}: VaultProblemProps) {
  return (
    <Banner
      level={level}
      title={title}
      actions={<Button onClick={goToSettings("vault")}>{action}</Button>}
    >
      <p>{effect}</p>
      {others.map((fact) => (
        <p key={fact} className="text-text-2">
          {fact}
        </p>
      ))}
    </Banner>
  );
}

const goToSettings = (section: string) => () => navigate(routeTo("settings", [], { section }));

interface PortTakenProps {
  problem: Extract<WholeProblem, { kind: "port_taken" }>;
}

function PortTaken({ problem }: PortTakenProps) {
  const { data: settings } = useQuery(api.settings.list.queryOptions());
  const update = useMutation(api.settings.update.mutationOptions());
  const ours = settings === undefined || portIsOurs(settings);
  return (
    <NotListening
      title={problem.message}
      error={update.error}
      note={
        ours
          ? null
          : "The port was given when the app was started, so another one has to be given there."
      }
      action={
        ours ? (
          <Button
            disabled={update.isPending}
            onClick={() => update.mutate({ port: problem.other })}
          >
            Use port {problem.other}
          </Button>
        ) : null
      }
    />
  );
}

interface NotListeningProps {
  title: string;
  note?: string | null;
  action: ReactNode;
  /** Of the action. */
  error?: Error | null;
}

function NotListening({ title, note, action, error }: NotListeningProps) {
  const listen = useMutation(api.status.listen.mutationOptions());
  return (
    <Banner
      level="err"
      title={title}
      actions={
        <>
          {action}
          <Button kind="quiet" disabled={listen.isPending} onClick={() => listen.mutate(undefined)}>
            Try again
          </Button>
        </>
      }
    >
      {note ? <p>{note}</p> : null}
      {error ? <p role="alert">{problemLine(error)}</p> : null}
      {listen.error ? (
        <p key={listen.submittedAt} role="alert">
          {problemOf(listen.error).message === title
            ? "Tried again; nothing has changed."
            : problemLine(listen.error)}
        </p>
      ) : null}
    </Banner>
  );
}
