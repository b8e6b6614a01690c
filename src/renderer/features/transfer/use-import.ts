import type { ImportOptions, ImportPlan, ImportReport, ImportRow } from "@local-mcp/contract";
import { create } from "zustand";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { FIRST_WISHES, type ImportWishes, isNothingTicked, planOptions } from "./import-view.ts";
import { doneText } from "./transfer-words.ts";
import { readImports } from "./use-imports.ts";

/** What opens the secrets of a file, or that nothing does. */
export type FileKey = Pick<ImportOptions, "passphrase" | "sourceSecret" | "secrets">;

/** Where an import is. */
export type ImportStep =
  /** `error`: of the file before. */
  | { name: "source"; error: unknown }
  | { name: "reading" }
  /** `sealedWith`: as far as the file says. `problem`: of what was given before. */
  | { name: "secret"; sealedWith: string | null; problem: string | null }
  | { name: "plan" }
  | { name: "commands" }
  | { name: "writing" }
  | { name: "done"; report: ImportReport };

interface ImportState {
  step: ImportStep;
  /** Null before one is given and after it was imported. */
  file: { name: string; text: string; isPasted: boolean } | null;
  key: FileKey;
  wishes: ImportWishes;
  /** Every row of the file, as planned with everything ticked. */
  all: readonly ImportRow[];
  plan: ImportPlan | null;
  /** A plan with the newest wishes is being made. */
  isPlanning: boolean;
  /** What was configured changed in between, so the plan is another one. */
  hasChanged: boolean;
  /** Why the last plan was not made, or nothing was imported. */
  error: unknown;
  /** Names of servers that may run. */
  consent: readonly string[];
}

const FIRST: ImportState = {
  step: { name: "source", error: null },
  file: null,
  key: {},
  wishes: FIRST_WISHES,
  all: [],
  plan: null,
  isPlanning: false,
  hasChanged: false,
  error: null,
  consent: [],
};

/** Kept while the window lives: whoever looks at another page finds the plan again. */
export const useImport = create<ImportState>(() => FIRST);

const { getState: get, setState: set } = useImport;

/** Several wishes within this time make one plan, ms. */
const TOGETHER_MS = 150;
let planning: AbortController | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

function stopPlanning(): void {
  clearTimeout(timer);
  planning?.abort();
  planning = null;
}

/** Begins again, with nothing. */
export function startOver(): void {
  stopPlanning();
  set(FIRST);
}

/** What a text without a file is called. */
const PASTED = "Pasted text";

/** Begins with a file. @param name as the person calls it; null for pasted text */
export function takeFile(name: string | null, text: string): void {
  startOver();
  set({ file: { name: name ?? PASTED, text, isPasted: name === null } });
  void readFile();
}

/** Says why a file was not taken. */
export const refuseFile = (error: unknown): void =>
  set({ ...FIRST, step: { name: "source", error } });

/** Reads the file with what opens its secrets. */
export function giveKey(key: FileKey): void {
  set({ key });
  void readFile();
}

const asksForSecret = (code: string): boolean =>
  code === "import_secret_needed" || code === "import_secret_wrong";

/** The first plan, of all that is in the file. */
async function readFile(): Promise<void> {
  const before = get().step;
  set({ step: { name: "reading" }, wishes: FIRST_WISHES, consent: [], error: null });
  try {
    const plan = await askForPlan();
    if (plan === null) return;
    set({ step: { name: "plan" }, plan, all: plan.rows });
    announce(`${plan.counts.total.toLocaleString()} entries read.`);
  } catch (error) {
    if (askForSecret(error, before)) return;
    const { file } = get();
    // What was pasted can be corrected.
    set({ ...FIRST, file: file?.isPasted ? file : null, step: { name: "source", error } });
  }
}

/** Goes to the step that asks for what opens the file, where that is what it lacks. */
function askForSecret(error: unknown, before: ImportStep): boolean {
  const { code, message, params } = problemOf(error);
  if (!asksForSecret(code)) return false;
  const said = params["with"];
  const sealedWith =
    typeof said === "string" ? said : before.name === "secret" ? before.sealedWith : null;
  // One that the gateway has itself was tried as well, and nobody typed that.
  const isTyped = get().key.passphrase !== undefined;
  const problem = code === "import_secret_wrong" && isTyped ? message : null;
  set({ step: { name: "secret", sealedWith, problem }, key: {} });
  return true;
}

/** Null where another one was asked for meanwhile. */
async function askForPlan(): Promise<ImportPlan | null> {
  stopPlanning();
  const asked = new AbortController();
  planning = asked;
  try {
    const plan = await client.transfer.plan(wish(), { signal: asked.signal });
    return asked.signal.aborted ? null : plan;
  } catch (error) {
    if (asked.signal.aborted) return null;
    throw error;
  }
}

function wish(): ImportOptions {
  const { file, key, wishes, all, plan } = get();
  return {
    ...planOptions(wishes, all),
    ...key,
    text: file?.text ?? "",
    name: file?.name ?? "",
    // Names that renamed ones get stay the same from plan to plan.
    ...(plan && { instant: plan.instant }),
  };
}

/** Changes what is wanted, and plans anew a moment later. */
export function setWishes(part: Partial<ImportWishes>): void {
  const wishes = { ...get().wishes, ...part };
  stopPlanning();
  if (isNothingTicked(get().all, wishes.left)) {
    const { plan } = get();
    set({ wishes, isPlanning: false, plan: plan && { ...plan, rows: [], commands: [] } });
    return;
  }
  set({ wishes, isPlanning: true, error: null });
  timer = setTimeout(() => void planAgain(), TOGETHER_MS);
}

async function planAgain(): Promise<void> {
  set({ isPlanning: true });
  try {
    const plan = await askForPlan();
    if (plan === null) return;
    set({ plan, isPlanning: false });
  } catch (error) {
    set({ isPlanning: false });
    if (!askForSecret(error, get().step)) set({ error });
  }
}

export const goTo = (name: "plan" | "commands"): void => set({ step: { name }, error: null });

export const setConsent = (consent: readonly string[]): void => set({ consent });

/** Writes what the plan says: exactly that, or nothing. */
export async function importNow(): Promise<void> {
  const { plan, consent } = get();
  if (plan === null) return;
  set({ step: { name: "writing" }, error: null, hasChanged: false });
  const answer = client.transfer.apply({
    ...wish(),
    digest: plan.digest,
    consent: [...consent],
  });
  readImports();
  try {
    const report = await answer;
    stopPlanning();
    set({ ...FIRST, step: { name: "done", report } });
    announce(doneText(report.job.counts));
  } catch (error) {
    if (askForSecret(error, get().step)) return;
    set({ step: { name: "plan" } });
    if (problemOf(error).code !== "import_changed") {
      set({ error });
      return;
    }
    set({ hasChanged: true });
    await planAgain();
  } finally {
    readImports();
  }
}

/** What opens the file does not outlive the page that it was typed on. */
export function forgetKey(): void {
  const { key, step } = get();
  if (step.name !== "writing" && (key.passphrase !== undefined || key.sourceSecret !== undefined))
    set({ key: {} });
  if (step.name === "done") set(FIRST);
}
