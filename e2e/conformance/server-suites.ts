import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { compareOutcomes } from "../wire/outcomes.ts";
import { createRecording, type Recorded, type Recording } from "../wire/record.ts";
import { startRecordingProxy } from "../wire/recording-proxy.ts";
import { tee } from "../wire/tee-command.ts";
import type { Run } from "./checks.ts";
import { atEnd } from "./closing.ts";
import { compare, fixtureFaults, isEqual, isExcused, scoreOf } from "./compare.ts";
import { startHttpFixture, stdioFixture } from "./fixture.ts";
import type { FixtureServer, RunningGateway } from "./gateway.ts";
import type { Section } from "./section.ts";
import {
  CONFORMANCE_DIRECTORY,
  requiredScenarios,
  runServerSuite,
  SUITES,
  type Suite,
  type SuiteName,
} from "./suites.ts";
import type { Variant } from "./variants.ts";

/** What a suite found when it asked the fixture itself. */
export interface Direct {
  run: Run;
  required: string[];
  /** What passed between the suite and the fixture. */
  messages: Recorded[];
}

/** Runs suites against the fixture that speaks both eras, without a gateway. */
export const runDirect = async (
  names: SuiteName[],
  directory: string,
): Promise<{ direct: Map<SuiteName, Direct>; sections: Section[] }> => {
  const url = await startHttpFixture("dual");
  const direct = new Map<SuiteName, Direct>();
  const sections: Section[] = [];
  for (const name of names) {
    const suite = SUITES[name];
    const required =
      suite.score.unit === "required scenarios" ? await requiredScenarios(suite, "server") : [];
    const { record, messages } = createRecording();
    const proxy = await startRecordingProxy({ target: url, link: "client", record });
    atEnd(() => proxy.close());
    const run = await runServerSuite(suite, proxy.url, join(directory, "direct", name));
    await proxy.close();
    direct.set(name, { run, required, messages });
    const { passed, total } = scoreOf(run, suite, required);
    sections.push({
      title: `direct · ${suite.title}`,
      rows: [],
      summary: `${passed}/${total} ${suite.score.unit}`,
      faults: fixtureFaults(run, suite, required),
    });
  }
  return { direct, sections };
};

/** A variant with its fixture started, on the way to the gateway. */
export interface Way {
  variant: Variant;
  server: FixtureServer;
  recording: Recording;
  /** Where the recorder of a stdio server writes; null for HTTP. */
  teeFile: string | null;
}

/** Starts the fixture of a variant behind a recorder. */
export const prepare = async (variant: Variant, directory: string): Promise<Way> => {
  const recording = createRecording();
  const profile = variant.name;
  if (variant.transport === "stdio") {
    const teeFile = join(directory, `${profile}.jsonl`);
    await writeFile(teeFile, "");
    const target = ["--", ...tee(teeFile, stdioFixture(variant.era))];
    return { variant, recording, teeFile, server: { profile, target } };
  }
  const proxy = await startRecordingProxy({
    target: await startHttpFixture(variant.era),
    link: "server",
    record: recording.record,
  });
  atEnd(() => proxy.close());
  return { variant, recording, teeFile: null, server: { profile, target: ["--url", proxy.url] } };
};

const crossEraSchema = z.record(z.string(), z.record(z.string(), z.string()));

const excusedIn = async (pair: Variant["excused"]): Promise<Record<string, string>> => {
  if (pair === undefined) return {};
  const text = await readFile(join(CONFORMANCE_DIRECTORY, "cross-era.json"), "utf8");
  return crossEraSchema.parse(JSON.parse(text))[pair] ?? {};
};

/** Runs the suites of a variant through the gateway, and puts them beside the direct ones. */
export const runThrough = async (
  { variant, recording }: Way,
  names: SuiteName[],
  direct: Map<SuiteName, Direct>,
  gateway: RunningGateway,
  directory: string,
): Promise<Section[]> => {
  const missing = await gateway.missing(variant.name);
  const excused = await excusedIn(variant.excused);
  const runs = [...direct].filter(([name]) => names.includes(name)).map(([, { run }]) => run);
  const sections: Section[] = [
    {
      title: `${variant.name} · gateway`,
      rows: [],
      summary: missing.length === 0 ? "its servers are listed" : "not ready",
      faults: [
        ...missing.map((name) => `the tool ${name} never came into the list`),
        ...Object.keys(excused)
          .filter((name) => !runs.some((run) => run.has(scenarioOf(name))))
          .map((name) => `${name} is excused, but no suite here has that scenario`),
      ],
    },
  ];
  for (const name of names) {
    const beside = direct.get(name);
    if (!beside) throw new Error(`${SUITES[name].title} did not run directly`);
    const proxy = await startRecordingProxy({
      target: gateway.urlOf(variant.name),
      link: "client",
      record: recording.record,
    });
    atEnd(() => proxy.close());
    const before = recording.messages.length;
    const run = await runServerSuite(SUITES[name], proxy.url, join(directory, variant.name, name));
    await proxy.close();
    const through = { run, messages: recording.messages.slice(before) };
    sections.push(sectionOf(variant, SUITES[name], beside, through, excused));
  }
  return sections;
};

const scenarioOf = (check: string): string => check.slice(0, check.indexOf(":"));

const sectionOf = (
  variant: Variant,
  suite: Suite,
  direct: Direct,
  through: Pick<Direct, "run" | "messages">,
  excused: Record<string, string>,
): Section => {
  const { without = [], withoutRequests } = variant;
  const excusedHere = Object.entries(excused).filter(([name]) => direct.run.has(scenarioOf(name)));
  const { rows, faults } = compare(direct.run, through.run, {
    excused: Object.fromEntries(excusedHere),
    without,
  });
  // Across eras the same request may end in another way; the checks judge that.
  const otherwise =
    variant.excused === undefined
      ? compareOutcomes(direct.messages, through.messages, withoutRequests)
      : [];
  const counted = new Map([...through.run].filter(([scenario]) => !without.includes(scenario)));
  const { passed, total } = scoreOf(counted, suite, direct.required);
  const equal = rows.filter(isEqual).length;
  const withReason = rows.filter(isExcused).length;
  return {
    title: `${variant.name} · ${suite.title}`,
    rows,
    faults: [...faults, ...otherwise],
    summary: [
      `${passed}/${total} ${suite.score.unit}`,
      `${equal} of ${rows.length} checks as direct`,
      ...(withReason > 0 ? [`${withReason} differ with a reason`] : []),
      ...without.map((scenario) => `without ${scenario}`),
    ].join(", "),
  };
};
