import type { Problem } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { api, client } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { clockTime } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { PasteBack } from "./sign-in-paste-back.tsx";
import {
  beginAgain,
  type Flow,
  giveUp,
  pageIsOpen,
  type SignInRun,
  useSignInRun,
} from "./sign-in-run.ts";
import { hostOf, placeOf, waysOn } from "./sign-in-facts.ts";

/**
 * Signs in at a server: says which page is opened and for what, and opens it when a person presses
 * the button. Put away before that, nothing has happened; later, it goes on in the browser.
 */
export function SignInDialog({ onClose }: { onClose: () => void }) {
  const run = useSignInRun(({ run: kept }) => kept);
  return run === null ? null : <Shown run={run} onClose={onClose} />;
}

interface ShownProps {
  run: SignInRun;
  onClose: () => void;
}

function Shown({ run, onClose }: ShownProps) {
  const { server, scopes, at } = run;
  const content = useRef<HTMLDivElement>(null);
  const open = useMutation({
    mutationFn: async (url: string) => {
      await client.desktop.openExternal({ url });
      pageIsOpen();
    },
    // The address belongs to this one sign-in.
    gcTime: 0,
  });
  // What had the focus may be gone with the step before.
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    content.current?.closest("[role=dialog]")?.querySelector<HTMLElement>("h2")?.focus();
  }, [at.step]);
  const flow = "flow" in at ? at.flow : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        <>
          {scopes ? "Allow more for " : "Sign in to "}
          <UntrustedText text={server.title} />
        </>
      }
      footer={
        at.step === "failed" ? (
          <FailedButtons run={run} problem={at.problem} onClose={onClose} />
        ) : (
          <>
            <Button onClick={giveUp}>{at.step === "waiting" ? "Cancel sign-in" : "Cancel"}</Button>
            {at.step === "ready" ? (
              <Button onClick={() => beginAgain("device")}>On another device…</Button>
            ) : null}
            {flow?.url ? <PageButtons flow={flow} url={flow.url} onOpen={open.mutate} /> : null}
            {/* Whoever began it elsewhere, or before the window was made anew, has its address. */}
            {flow?.url === null ? (
              <Button onClick={() => beginAgain(flow.way)}>Start again</Button>
            ) : null}
          </>
        )
      }
    >
      <div ref={content} className="space-y-3">
        {at.step === "asking" ? <Asking run={run} /> : null}
        {at.step === "ready" ? <Before run={run} flow={at.flow} /> : null}
        {at.step === "waiting" ? <Waiting run={run} flow={at.flow} /> : null}
        {at.step === "failed" ? <Failed problem={at.problem} /> : null}
        {open.error ? (
          <p role="alert" className="text-err">
            {problemLine(open.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

interface PageButtonsProps {
  flow: Flow;
  url: string;
  onOpen: (url: string) => void;
}

function PageButtons({ flow, url, onOpen }: PageButtonsProps) {
  return (
    <>
      <CopyButton text={url} label="Copy link" onCopied={pageIsOpen}>
        Copy link
      </CopyButton>
      <Button kind="primary" onClick={() => onOpen(url)}>
        {flow.way === "device" ? "Open it here" : "Open browser"}
      </Button>
    </>
  );
}

/** Of the server, as its list knows it. */
function useConfig(id: string) {
  const { data } = useQuery(api.servers.list.queryOptions());
  const config = data?.find((one) => one.id === id)?.config;
  return config?.transport === "stdio" ? undefined : config;
}

function Asking({ run: { server } }: { run: SignInRun }) {
  const config = useConfig(server.id);
  return (
    <p role="status">
      Asking <UntrustedText text={config ? hostOf(config.url) : server.title} /> how to sign in…
    </p>
  );
}

function Before({ run, flow }: { run: SignInRun; flow: Flow }) {
  return (
    <>
      <p>
        Your browser opens <Host>{flow.host}</Host>. Sign in there; that page then sends you back to
        the gateway on this computer.
      </p>
      <Facts run={run} flow={flow} />
    </>
  );
}

const Host = ({ children }: { children: string }) => (
  <strong className="font-semibold break-all">
    <UntrustedText text={children} />
  </strong>
);

function Facts({ run: { server }, flow }: { run: SignInRun; flow: Flow }) {
  const config = useConfig(server.id);
  const account = server.status.signIn?.account;
  const fact = (name: string, text: string | null | undefined) =>
    text ? [{ name, value: <UntrustedText text={text} /> }] : [];
  const asked =
    flow.scopes === null
      ? null
      : flow.scopes.length === 0
        ? `what ${flow.host} gives unasked`
        : flow.scopes.join(", ");
  return (
    <DetailList
      items={[
        ...fact("Server", config && hostOf(config.url)),
        ...fact("Signs in at", flow.issuer === null ? null : hostOf(flow.issuer)),
        ...fact("Asks for", asked),
        ...fact("Last time as", account),
      ]}
    />
  );
}

function Waiting({ run, flow }: { run: SignInRun; flow: Flow }) {
  if (flow.way === "device") return <DeviceCode flow={flow} />;
  return (
    <>
      <p role="status">
        Waiting for the browser at <Host>{flow.host}</Host>…
      </p>
      <p className="text-text-2">
        This can be closed meanwhile; the sign-in goes on until {clockTime(flow.endsAt)}.
      </p>
      <Facts run={run} flow={flow} />
      <PasteBack server={run.server.id} signIn={flow.id} />
    </>
  );
}

function DeviceCode({ flow: { host, url, userCode, endsAt } }: { flow: Flow }) {
  return (
    <>
      <p>
        On any device, go to <Host>{url === null ? host : placeOf(url)}</Host>
        {userCode === null ? " and type the code that you were given." : " and type this code:"}
      </p>
      {userCode === null ? null : (
        <p className="rounded-panel bg-sunken px-4 py-3 text-center font-mono text-lead font-semibold tracking-widest break-all">
          <UntrustedText text={userCode} />
        </p>
      )}
      <p role="status" className="text-text-2">
        Waiting until {clockTime(endsAt)}. This can be closed meanwhile.
      </p>
    </>
  );
}

function Failed({ problem }: { problem: Problem }) {
  const { message, wayOut } = problem;
  return (
    <div role="alert">
      <Banner level="err" title={<UntrustedText text={message} />}>
        {/* A way out that is a command has a button here. */}
        {waysOn(problem).length > 0 || wayOut === "" ? null : <p>{wayOut}</p>}
      </Banner>
    </div>
  );
}

interface FailedButtonsProps extends ShownProps {
  problem: Problem;
}

function FailedButtons({ run, problem, onClose }: FailedButtonsProps): ReactNode {
  const go = (route: string): void => {
    onClose();
    navigate(route);
  };
  const field = (name: string): string =>
    routeTo("servers", [run.server.id, "settings"], { field: name });
  return (
    <>
      <Button onClick={onClose}>Close</Button>
      {waysOn(problem).map(({ label, leadsTo }) => (
        <Button
          key={label}
          onClick={() =>
            go(leadsTo === "vault" ? routeTo("settings", [], { section: "vault" }) : field(leadsTo))
          }
        >
          {label}
        </Button>
      ))}
      <Button kind="primary" onClick={() => beginAgain("browser")}>
        {run.way === "device" ? "Use the browser" : "Try again"}
      </Button>
    </>
  );
}
