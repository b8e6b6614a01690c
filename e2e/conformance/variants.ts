import type { SuiteName } from "./suites.ts";
import type { FixtureEra } from "./fixture.ts";

/** One way through the gateway, compared with the fixture asked directly. */
export interface Variant {
  name: string;
  /** What the fixture behind the gateway speaks, and over what. */
  era: FixtureEra;
  transport: "http" | "stdio";
  suites: SuiteName[];
  /** Suites that `--short` leaves out. */
  notShort?: SuiteName[];
  /** Scenarios without a counterpart on this way, by name. */
  without?: string[];
  /** Requests of those scenarios, whose ends are not compared either. */
  withoutRequests?: string[];
  /** Its part of cross-era.json. */
  excused?: "modern client -> legacy server" | "legacy client -> modern server";
}

const LEGACY_SUITES: SuiteName[] = ["0.1.16", "2025-11-25"];
const MODERN_SUITES: SuiteName[] = ["2026-07-28"];

export const VARIANTS: Variant[] = [
  { name: "http-legacy", era: "legacy", transport: "http", suites: LEGACY_SUITES },
  { name: "http-modern", era: "modern", transport: "http", suites: MODERN_SUITES },
  {
    name: "stdio-legacy",
    era: "legacy",
    transport: "stdio",
    suites: LEGACY_SUITES,
    notShort: ["0.1.16"],
    // A server on stdio has no response stream that it could close.
    without: ["server-sse-polling"],
    withoutRequests: ["tools/call test_reconnection"],
  },
  { name: "stdio-modern", era: "modern", transport: "stdio", suites: MODERN_SUITES },
  {
    name: "modern-to-legacy",
    era: "legacy",
    transport: "http",
    suites: MODERN_SUITES,
    excused: "modern client -> legacy server",
  },
  {
    name: "legacy-to-modern",
    era: "modern",
    transport: "http",
    suites: LEGACY_SUITES,
    excused: "legacy client -> modern server",
  },
];
