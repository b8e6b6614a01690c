import {
  GatewayError,
  type ImportCounts,
  type ImportRow,
  NO_IMPORT_COUNTS,
  SEED_TYPES,
} from "@local-mcp/contract";
import { type AnyEntity, keyOf, titleOf } from "../entity.ts";
import { keepSecrets } from "../keep-secrets.ts";
import type { Draft, PlanInput, PreparedPlan } from "../types.ts";
import { ActiveProfile } from "./active.ts";
import { Afterwards } from "./afterwards.ts";
import { choose, orderOf } from "./choose.ts";
import { type Decision, decide, isWritten, Stored } from "./decide.ts";
import { differences, fieldOf, isDifference } from "./differences.ts";
import { PlanDigest } from "./digest.ts";
import { Pace } from "./pace.ts";
import { problemOf } from "./problem-of.ts";
import { resolveReferences } from "./references.ts";

/** What is known of a decision once it is ready to be stored. */
interface Outcome {
  /** What is to be stored, with the secrets that are kept. */
  wanted: AnyEntity;
  /** Null where nothing is stored of it. */
  draft: Draft | null;
  changes: ImportRow["changes"];
}

/**
 * What an import would do, in the order of the file, and how. Of an entity that is there already:
 *
 * - update changes what differs; where nothing does it is `unchanged`.
 * - skip and fail do not look at it: it is skipped, or a conflict, though it may be the same.
 * - rename makes a copy, also of one that is the same; a root has no other name and is skipped.
 *
 * Nothing is stored, and nothing is read but through `build`.
 *
 * @throws GatewayError import_unknown, import_nothing; the reason of `signal`
 */
export async function makePlan(input: PlanInput): Promise<PreparedPlan> {
  const { file, options, current } = input;
  const pace = new Pace(input.signal);
  const chosen = choose(file, options);
  const stored = new Stored(current);
  const decisions = await decide(chosen, file.entities, stored, options, pace);
  const outcomes = await new Builder(input, stored, decisions).build(pace);
  const digest = new PlanDigest(input);
  const rows = new Map<Decision, ImportRow>();
  for (const decision of decisions) {
    await pace.step();
    const outcome = outcomes.get(decision);
    const row = rowOf(decision, outcome?.changes ?? []);
    // What is left as it is may change meanwhile.
    if (outcome) digest.row(row, outcome.wanted, decision.before);
    else digest.row(row, decision.entity, null);
    rows.set(decision, row);
  }
  const missing = chosen.reduce((sum, { entity }) => sum + missingIn(entity), 0);
  return {
    plan: planOf(input, [...rows.values()], missing, digest.end()),
    steps: stepsOf(rows, outcomes),
  };
}

/** How many secrets of it have no value in the file; what a resource is without is no secret. */
const missingIn = (entity: AnyEntity | null): number =>
  entity === null || entity.kind === "resource" ? 0 : entity.withheld.length;

/** Makes everything ready to be stored, in an order in which each finds what it refers to. */
class Builder {
  readonly #input: PlanInput;
  readonly #decisions: readonly Decision[];
  readonly #afterwards: Afterwards;
  readonly #active: ActiveProfile;

  constructor(input: PlanInput, stored: Stored, decisions: readonly Decision[]) {
    this.#input = input;
    this.#decisions = decisions;
    this.#afterwards = new Afterwards(stored, decisions);
    this.#active = new ActiveProfile(input.current, decisions);
  }

  async build(pace: Pace): Promise<Map<Decision, Outcome>> {
    const outcomes = new Map<Decision, Outcome>();
    // A profile refers to everything else, and nothing refers to it.
    const isProfile = ({ read }: Decision): number => Number(read.kind === "profile");
    const inOrder = this.#decisions.toSorted(
      (a, b) => isProfile(a) - isProfile(b) || orderOf(a.read.kind) - orderOf(b.read.kind),
    );
    let processed = 0;
    for (const decision of inOrder) {
      await pace.step();
      if (decision.entity && isWritten(decision)) {
        outcomes.set(decision, await this.#buildOne(decision, decision.entity));
      }
      this.#input.onProgress?.(++processed, inOrder.length);
    }
    return outcomes;
  }

  async #buildOne(decision: Decision, entity: AnyEntity): Promise<Outcome> {
    const before = decision.action === "update" ? decision.before : null;
    const wanted = this.#wanted(decision, entity, before);
    const outcome: Outcome = { wanted, draft: null, changes: [] };
    const draft = await this.#draft(decision, wanted, before);
    if (draft === null || decision.problems.length > 0) {
      decision.action = "failed";
      this.#afterwards.drop(entity);
      return outcome;
    }
    outcome.changes = before ? differences(before, draft.entity, wanted.withheld) : [];
    if (before && !outcome.changes.some(isDifference)) {
      decision.action = "unchanged";
      outcome.changes = [];
    } else {
      outcome.draft = draft;
      warnOfMissing(decision, before, draft, outcome.changes);
    }
    decision.warnings.push(...draft.warnings);
    this.#afterwards.set(draft.entity);
    return outcome;
  }

  #wanted(decision: Decision, entity: AnyEntity, before: AnyEntity | null): AnyEntity {
    const kept = before ? keepSecrets(entity, before) : entity;
    const resolved = resolveReferences(kept, (kind, key) => this.#afterwards.resolve(kind, key));
    for (const { kind, key } of resolved.missing) {
      // What has problems of its own has told them.
      if (this.#afterwards.isInFile(kind, key)) continue;
      const sentence = `There is no ${kind} “${key}” in what is imported, and none here`;
      if (decision.strategy === "fail") {
        decision.problems.push({ pointer: decision.read.pointer, message: `${sentence}.` });
      } else decision.warnings.push(`${sentence}; it is left out.`);
    }
    return this.#active.settle(decision, resolved.entity);
  }

  async #draft(
    decision: Decision,
    wanted: AnyEntity,
    before: AnyEntity | null,
  ): Promise<Draft | null> {
    try {
      return await this.#input.build(wanted, before, this.#afterwards);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      decision.problems.push(problemOf(error, decision.read, this.#input.file.format));
      return null;
    }
  }
}

/** Says which secrets have to be given afterwards. */
function warnOfMissing(
  { warnings }: Decision,
  before: AnyEntity | null,
  { entity }: Draft,
  changes: ImportRow["changes"],
): void {
  const missing = before
    ? changes.flatMap(({ field, secret }) => (secret === "missing" ? [field] : []))
    : entity.withheld.map(fieldOf);
  if (missing.length === 0) return;
  warnings.push(`Secrets that are not in the file, to be given afterwards: ${missing.join(", ")}.`);
}

function rowOf(decision: Decision, changes: ImportRow["changes"]): ImportRow {
  const { read, name, entity, before, action, problems, warnings } = decision;
  const newName = action === "rename" && entity ? keyOf(entity) : null;
  return {
    kind: read.kind,
    name,
    title: read.entity && titleOf(read.entity),
    pointer: read.pointer,
    action,
    newName,
    exists: before !== null,
    changes,
    problems,
    warnings: newName === null ? warnings : [renamedSentence(decision, newName), ...warnings],
  };
}

/** In the words of the seeds. */
const renamedSentence = ({ read, name }: Decision, newName: string): string =>
  `Renamed ${SEED_TYPES[read.kind].replace(/s$/, "")} '${name}' to '${newName}'`;

function stepsOf(
  rows: ReadonlyMap<Decision, ImportRow>,
  outcomes: ReadonlyMap<Decision, Outcome>,
): PreparedPlan["steps"] {
  return [...rows]
    .flatMap(([decision, row]) => {
      const draft = outcomes.get(decision)?.draft;
      return draft ? [{ row, draft }] : [];
    })
    .sort((a, b) => orderOf(a.row.kind) - orderOf(b.row.kind));
}

const COUNTED: Record<ImportRow["action"], Exclude<keyof ImportCounts, "total">> = {
  create: "created",
  update: "updated",
  unchanged: "unchanged",
  rename: "renamed",
  skip: "skipped",
  conflict: "failed",
  failed: "failed",
};

function planOf(
  input: PlanInput,
  rows: ImportRow[],
  missing: number,
  digest: string,
): PreparedPlan["plan"] {
  const { file, fileDigest, options } = input;
  const counts = { ...NO_IMPORT_COUNTS, total: rows.length };
  for (const { action } of rows) counts[COUNTED[action]]++;
  return {
    format: file.format,
    source: file.source,
    fileDigest,
    digest,
    instant: options.instant,
    strategy: options.strategy,
    counts,
    rows,
    problems: file.problems,
    warnings: file.warnings,
    losses: file.losses,
    secrets: { ...file.secrets, missing },
    applicable: counts.failed === 0 && file.problems.length === 0,
  };
}
