import type { Problem, SignInStarted, SignInWay } from "@local-mcp/contract";
import { create } from "zustand";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { closeDialog, openDialog, useDialogs } from "../../stores/dialogs.ts";
import type { TroubledServer } from "./trouble.ts";

/** A sign-in that has begun. What only its starter is told is null where that was somebody else. */
export interface Flow extends Pick<SignInStarted, "id" | "way" | "host" | "endsAt"> {
  url: string | null;
  userCode: string | null;
  issuer: string | null;
  /** Empty where that is left to the authorization server. */
  scopes: string[] | null;
}

type Step =
  | { step: "asking" }
  /** The page is known, and nobody has opened it. */
  | { step: "ready"; flow: Flow }
  | { step: "waiting"; flow: Flow }
  | { step: "failed"; problem: Problem };

/** The sign-in that a person began in this window. */
export interface SignInRun {
  server: TroubledServer;
  way: SignInWay;
  /** Asked for beside those that were granted before; undefined asks as the server says. */
  scopes: string[] | undefined;
  at: Step;
  /** Aborted where nobody wants to know any more how it goes on. */
  left: AbortController;
}

/** Kept outside the dialog: a sign-in in the browser goes on while the dialog is put away. */
export const useSignInRun = create<{ run: SignInRun | null }>(() => ({ run: null }));

const current = (): SignInRun | null => useSignInRun.getState().run;

/** Goes on to `at`, unless the run was left meanwhile. */
function goTo(run: SignInRun, at: Step): void {
  if (!run.left.signal.aborted) useSignInRun.setState({ run: { ...run, at } });
}

/**
 * Opens the dialog that signs in: it asks how, and opens no page by itself. One that is under way is
 * taken up again.
 */
export function signIn(server: TroubledServer): void {
  const { waiting, wanted = [] } = server.status.signIn ?? {};
  const kept = current();
  if (waiting && kept?.at.step === "waiting" && kept.at.flow.id === waiting.id) {
    openDialog({ type: "sign_in" });
    return;
  }
  kept?.left.abort();
  if (!waiting) {
    begin(server, "browser", wanted.length > 0 ? wanted : undefined);
    return;
  }
  const flow = { ...waiting, url: null, userCode: null, issuer: null, scopes: null };
  const run = start(server, waiting.way, undefined, { step: "waiting", flow });
  void follow(run, flow);
}

function start(
  server: TroubledServer,
  way: SignInWay,
  scopes: string[] | undefined,
  at: Step,
): SignInRun {
  const run = { server, way, scopes, at, left: new AbortController() };
  useSignInRun.setState({ run });
  openDialog({ type: "sign_in" });
  return run;
}

function begin(server: TroubledServer, way: SignInWay, scopes: string[] | undefined): void {
  void ask(start(server, way, scopes, { step: "asking" }));
}

async function ask(run: SignInRun): Promise<void> {
  const { server, way, scopes, left } = run;
  try {
    const flow = await client.signIn.start({ server: server.id, way, scopes });
    if (left.signal.aborted) await forget(run, flow.id);
    else if (flow.url === null) end(run);
    else {
      // A code is there to be typed elsewhere, so that it is waited for at once.
      goTo(run, { step: way === "device" ? "waiting" : "ready", flow });
      await follow(run, flow);
    }
  } catch (error) {
    goTo(run, { step: "failed", problem: problemOf(error) });
  }
}

const CANCELLED: Problem = {
  code: "cancelled",
  message: "The sign-in was ended before it was done.",
  wayOut: "",
  params: {},
};

/** Waits until it is over, one way or another. */
async function follow(run: SignInRun, { id }: Flow): Promise<void> {
  const { server, left } = run;
  const { signal } = left;
  try {
    while (!signal.aborted) {
      const input = { server: server.id, signIn: id };
      const { state, problem } = await client.signIn.wait(input, { signal });
      if (signal.aborted || state === "waiting") continue;
      if (state === "done") end(run);
      else fail(run, problem ?? CANCELLED);
      return;
    }
  } catch (error) {
    if (!signal.aborted) fail(run, problemOf(error));
  }
}

/** Nobody looks for what failed once the dialog is put away: the server's status says it. */
function fail(run: SignInRun, problem: Problem): void {
  if (isShown()) goTo(run, { step: "failed", problem });
  else drop(run);
}

function end(run: SignInRun): void {
  if (run.left.signal.aborted) return;
  const wasShown = isShown();
  drop(run);
  if (wasShown) closeDialog();
  announce(`Signed in to ${run.server.title}.`);
}

function drop({ left }: SignInRun): void {
  left.abort();
  useSignInRun.setState({ run: null });
}

const isShown = (): boolean => useDialogs.getState().dialog?.type === "sign_in";

/** Has the gateway forget a sign-in; that it is over already is as good. */
async function forget({ server }: SignInRun, id: string): Promise<void> {
  await client.signIn.cancel({ server: server.id, signIn: id }).catch(() => {});
}

/** Ends the run, and its sign-in with it. */
function abandon(run: SignInRun): void {
  drop(run);
  if (run.at.step === "ready" || run.at.step === "waiting") void forget(run, run.at.flow.id);
}

/** The page was opened, or its address taken along. */
export function pageIsOpen(): void {
  const run = current();
  if (run?.at.step !== "ready") return;
  useSignInRun.setState({ run: { ...run, at: { ...run.at, step: "waiting" } } });
  announce(`Waiting for the browser at ${run.at.flow.host}.`);
}

/** Begins anew, be it another way. */
export function beginAgain(way: SignInWay): void {
  const run = current();
  if (run === null) return;
  abandon(run);
  begin(run.server, way, run.scopes);
}

/** Ends it, and closes the dialog. */
export function giveUp(): void {
  const run = current();
  if (run !== null) abandon(run);
  closeDialog();
}

/** Ends the sign-in that is under way at a server, whoever began it. @throws what the call throws */
export async function cancelSignIn({ id, status }: TroubledServer): Promise<void> {
  const run = current();
  if (run?.server.id === id) drop(run);
  const { waiting } = status.signIn ?? {};
  if (waiting) await client.signIn.cancel({ server: id, signIn: waiting.id });
}

/** However the dialog is left, what nobody has gone to a page for is ended. */
useDialogs.subscribe(({ dialog }, before) => {
  if (before.dialog?.type !== "sign_in" || dialog?.type === "sign_in") return;
  const run = current();
  if (run !== null && run.at.step !== "waiting") abandon(run);
});
