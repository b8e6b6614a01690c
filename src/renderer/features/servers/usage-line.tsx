import { Tooltip } from "../../components/tooltip.tsx";
import { USAGE_MEANING, usageText } from "./usage.ts";
import { useUsage } from "./use-usage.ts";

/** What the processes of one server take, by its id. Nothing while it has none. */
export function UsageLine({ server }: { server: string }) {
  const usage = useUsage().get(server);
  if (usage === undefined) return null;
  return (
    <Tooltip text={USAGE_MEANING}>
      <span
        // By keyboard too, there is more to know of it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="cursor-help rounded-chip whitespace-nowrap tabular-nums"
      >
        {usageText(usage)}
        <span className="sr-only">. {USAGE_MEANING}</span>
      </span>
    </Tooltip>
  );
}
