import { CircleDot } from "lucide-react";
import { Button, IconButton } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { useUncapped } from "./uncapped.ts";

/** In sight of every page while whole messages are recorded: that they are, and how to stop it. */
export function UncappedBar({ rail }: { rail: boolean }) {
  const { left, stop } = useUncapped();
  if (left === null) return null;
  const onStop = (): void => stop.mutate(undefined);
  if (rail) {
    return (
      <IconButton
        icon={CircleDot}
        label={`Stop recording uncapped bodies, ${left}`}
        className="mx-auto text-warn"
        disabled={stop.isPending}
        onClick={onStop}
      />
    );
  }
  return (
    <section
      aria-label="Recording"
      className="flex items-center gap-2 rounded-panel border border-warn bg-warn-soft px-2 py-1.5"
    >
      <CircleDot aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
      <div className="min-w-0 flex-1 text-meta">
        <p>Recording uncapped bodies, {left}</p>
        {stop.error ? (
          <p role="alert" className="text-err">
            {problemLine(stop.error)}
          </p>
        ) : null}
      </div>
      <Button size="toolbar" disabled={stop.isPending} onClick={onStop}>
        Stop
      </Button>
    </section>
  );
}
