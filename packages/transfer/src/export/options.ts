import {
  SEED_TYPES,
  type SeedType,
  type TransferKind,
  transferKind,
  type TransferSelection,
} from "@local-mcp/contract";
import type { Configuration } from "../entity.ts";
import { type ExportChoice, kindsOf } from "./select.ts";

/** What was asked for, as `metadata.export_options` has it: in upstream's words. */
export const optionsInFile = (choice: ExportChoice): Record<string, unknown> => ({
  selected_types: kindsOf(choice).map((kind) => SEED_TYPES[kind]),
  filter_tags: choice.tags,
  include_inactive: choice.includeInactive,
  include_dependencies: choice.dependencies,
  ...(choice.selection && { selective: true, selections: inSeedWords(choice.selection) }),
});

const inSeedWords = (selection: TransferSelection): Partial<Record<SeedType, string[]>> =>
  Object.fromEntries(
    transferKind.options.flatMap((kind) => {
      const names = selection[kind];
      return names === undefined ? [] : [[SEED_TYPES[kind], names]];
    }),
  );

/** Kinds that a file has a list of: those that were asked for, and those of what came along. */
export const kindsInFile = (choice: ExportChoice, chosen: Configuration): TransferKind[] => {
  const asked = kindsOf(choice);
  return transferKind.options.filter((kind) => asked.includes(kind) || chosen[kind].length > 0);
};
