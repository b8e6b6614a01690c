import type { ServerView } from "@local-mcp/contract";
import { CircleAlert, FileDiff } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Banner, type BannerLevel } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Panel, Row } from "../../components/page.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { STATE_LOOKS, StateIcon } from "../../components/state-badge.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { routeTo } from "../../app/router.ts";
import { changedSentence, meanwhile } from "../tool-changes/change-words.ts";
import { Programs } from "./programs.tsx";
import {
  affected,
  allowMore,
  CONNECT_STEPS,
  detailLabel,
  failedStep,
  headline,
  headlineAndLast,
  hint,
  isWell,
  LAST_OUTPUT,
  lineAfterTitle,
  nextTry,
  otherRemedies,
  primaryRemedy,
  type Remedy,
  steady,
  type TroubledServer,
  wantsMore,
} from "./trouble.ts";
import { useRemedies } from "./use-remedies.ts";
import { useStateClock } from "./use-now.ts";

const LEVELS: Partial<Record<ServerView["status"]["state"], BannerLevel>> = {
  unconfirmed: "warn",
  needs_sign_in: "warn",
  retrying: "warn",
  failed: "err",
};

interface TroubleBlockProps {
  server: ServerView;
  /** Whether what changed of its tools is read right below. */
  isReviewed?: boolean;
}

/**
 * What keeps a server from answering: what happened, why, what it affects, and the one thing to do.
 * Nothing while it is well.
 */
export function TroubleBlock({ server, isReviewed = false }: TroubleBlockProps) {
  const [shown, setShown] = useState(server.status);
  const status = steady(shown, server.status);
  if (status !== shown) setShown(status);
  const now = useStateClock(server.status.state);
  if (isWell(server)) return <FlagBlock server={server} isReviewed={isReviewed} />;
  const steadied = { ...server, status };
  // A start that goes on for long can be cancelled, whatever it follows.
  const primary = primaryRemedy(server, now) ?? primaryRemedy(steadied, now);
  return <Trouble server={steadied} primary={primary} now={now} />;
}

interface TroubleProps {
  server: ServerView;
  primary: Remedy | null;
  now: number;
}

function Trouble({ server, primary, now }: TroubleProps) {
  const { run, error } = useRemedies(server);
  const { status, config } = server;
  const level = LEVELS[status.state];
  const advice = hint(status);
  const button = (remedy: Remedy, kind: "primary" | "secondary"): ReactNode => (
    <Button key={remedy.code} kind={kind} onClick={() => run(remedy.code)}>
      {remedy.label}
    </Button>
  );
  const actions = (
    <>
      {primary ? button(primary, "primary") : null}
      {otherRemedies(server, config.transport).map((remedy) => button(remedy, "secondary"))}
    </>
  );
  const failure = error ? <p role="alert">{problemLine(error)}</p> : null;
  if (level === undefined) {
    return (
      <Panel>
        <Row
          icon={<StateIcon state={status.state} />}
          title={<UntrustedText text={headline(server)} />}
          detail={
            <>
              {affected(status)}
              {failure}
            </>
          }
          actions={actions}
        />
      </Panel>
    );
  }
  const { what, last } = headlineAndLast(server);
  return (
    <Banner
      level={level}
      icon={STATE_LOOKS[status.state].icon}
      title={<UntrustedText text={what} />}
      actions={actions}
    >
      {last === null ? null : (
        <p>
          <UntrustedText text={last} />
        </p>
      )}
      {status.state === "retrying" ? <p className="tabular-nums">{nextTry(status, now)}</p> : null}
      <p className="text-text-2">
        {affected(status)}
        {status.listedAt === null ? null : ` Last listed ${clockTime(status.listedAt, now)}.`}
      </p>
      {advice ? <p className="text-text-2">{advice}</p> : null}
      <Steps server={server} />
      <Details server={server} />
      {failure}
    </Banner>
  );
}

/** Ready, and yet something is to know. */
function FlagBlock({ server, isReviewed }: Required<TroubleBlockProps>) {
  const { run } = useRemedies(server);
  const { status } = server;
  const { flags, signIn } = status;
  if (status.changedTools > 0 && !isReviewed) {
    return (
      <Banner
        level="warn"
        icon={FileDiff}
        title={<UntrustedText text={changedSentence(server.title, status)} />}
        actions={
          <Button kind="primary" onClick={() => run("review_tools")}>
            Review…
          </Button>
        }
      >
        <p className="text-text-2">{meanwhile(status)}</p>
      </Banner>
    );
  }
  if (wantsMore(status)) {
    return (
      <Banner
        level="warn"
        title={<UntrustedText text={headline(server)} />}
        actions={
          <Button kind="primary" onClick={() => run("sign_in")}>
            {allowMore(status).label}
          </Button>
        }
      >
        <p className="text-text-2">
          Allowed: <UntrustedText text={signIn?.scopes.join(", ") || "less"} />. Calls that need
          more answer with an error.
        </p>
      </Banner>
    );
  }
  if (flags.includes("answer_too_big")) {
    return (
      <Banner
        level="warn"
        title={`${server.title} sent a message over the limit.`}
        actions={<Button onClick={() => run("show_limit")}>Show limit</Button>}
      >
        <p className="text-text-2">The call was ended; the server stays connected.</p>
      </Banner>
    );
  }
  if (flags.includes("list_incomplete")) {
    return (
      <Banner
        level="warn"
        title={`${server.title} did not list everything it offers.`}
        actions={<Button onClick={() => run("retry")}>Restart {server.title}</Button>}
      >
        <p className="text-text-2">What it listed before stays listed.</p>
      </Banner>
    );
  }
  return null;
}

/** How far the way to a remote server went. */
function Steps({ server: { status, config } }: { server: ServerView }) {
  const failed = failedStep(status, config.transport);
  if (failed === null) return null;
  const at = CONNECT_STEPS.indexOf(failed);
  return (
    <ol aria-label="Steps" className="flex flex-wrap gap-x-2 text-meta text-text-2">
      {CONNECT_STEPS.map((step, index) => (
        <li key={step} className={index === at ? "font-semibold text-text" : undefined}>
          {index === 0 ? null : <span aria-hidden>→ </span>}
          {step}
          {index < at ? " passed" : index === at ? " failed" : " not reached"}
        </li>
      ))}
    </ol>
  );
}

/** Reasons whose detail is the way out on a command line; here a button is. */
const COMMANDS: readonly string[] = ["secret", "vault"];

function Details({ server: { id, status, config } }: { server: ServerView }) {
  const [open, setOpen] = useState(false);
  const { reason } = status;
  if (!reason?.detail || COMMANDS.includes(reason.code)) return null;
  const label = detailLabel(status, config.transport);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit py-0.5 font-medium">{label}</summary>
      {open ? (
        <div className="space-y-2 pt-1">
          <CodeBlock label={label} text={reason.detail} wrap untrusted />
          {reason.code === "command_not_found" ? <Programs /> : null}
          <div className="flex flex-wrap items-center gap-3">
            <CopyButton
              text={`${reason.message}\nCode: ${reason.code}\n\n${reason.detail}`}
              label="Copy details"
              size="toolbar"
            >
              Copy details
            </CopyButton>
            {label === LAST_OUTPUT ? (
              <a href={`#${routeTo("servers", [id, "output"])}`} className="text-text underline">
                All of it is in Output
              </a>
            ) : null}
          </div>
        </div>
      ) : null}
    </details>
  );
}

/** The same in one line, for a list of several servers. Nothing while the server is well. */
export function TroubleLine({ server }: { server: TroubledServer }) {
  const now = useStateClock(server.status.state);
  const { run, error } = useRemedies(server);
  const { id, title, status } = server;
  if (isWell(server) && !wantsMore(status)) return null;
  const primary = wantsMore(status) ? allowMore(status) : primaryRemedy(server, now);
  return (
    <div className="flex min-h-9 items-center gap-2 py-1">
      {wantsMore(status) ? (
        <CircleAlert aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
      ) : (
        <StateIcon state={status.state} />
      )}
      <div className="min-w-0 flex-1">
        <p className="break-words">
          <a href={`#${routeTo("servers", [id])}`} className="font-medium">
            <UntrustedText text={title} />
          </a>
          <UntrustedText text={lineAfterTitle(server)} />
          {status.state === "retrying" ? ` ${nextTry(status, now)}` : null}
        </p>
        {error ? (
          <p role="alert" className="flex items-center gap-1 text-meta text-err">
            <CircleAlert aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
            {problemLine(error)}
          </p>
        ) : null}
      </div>
      {primary ? (
        <Button
          size="toolbar"

          aria-label={`${primary.label} ${title}`}
          onClick={() => run(primary.code)}
        >
          {primary.label}
        </Button>
      ) : null}
    </div>
  );
}
