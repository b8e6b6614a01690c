import { KIND_OF_SEED, seedType, type TransferSelection } from "@local-mcp/contract";
import { z } from "zod";

/** By type the names of what is meant, and nothing else; none: all of that type. */
export const seedSelection = z.partialRecord(seedType, z.array(z.string().min(1)));

export const selectionOf = (selected: z.output<typeof seedSelection>): TransferSelection =>
  Object.fromEntries(
    seedType.options.flatMap((type) => {
      const names = selected[type];
      return names === undefined ? [] : [[KIND_OF_SEED[type], names]];
    }),
  );
