import { type RolldownOptions, rolldown } from "rolldown";
import { single } from "../rolldown.config.ts";

export const bundle = async ({ output, ...input }: RolldownOptions): Promise<void> => {
  const built = await rolldown(input);
  for (const one of [output ?? []].flat()) await built.write(one);
  await built.close();
};

/** One program as one file, which starts in a third of the time and less. */
export const bundleFile = (input: string, file: string): Promise<void> =>
  bundle(single(input, file));
