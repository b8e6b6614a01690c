import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };

const links = z.object({
  homepage: z.url().optional(),
  bugs: z.object({ url: z.url() }).optional(),
});

/** Places on the web that the product's manifest names; null for one that it does not. */
export const LINKS = ((): { documentation: string | null; issues: string | null } => {
  const { homepage, bugs } = links.parse(manifest);
  return { documentation: homepage ?? null, issues: bugs?.url ?? null };
})();
