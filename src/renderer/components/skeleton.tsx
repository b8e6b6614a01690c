import { useAfter } from "./use-after.ts";

const QUIET_MS = 150;

/** Rows of their final height while something is read; nothing at all when that is quick. */
export function SkeletonRows({ rows = 3, label }: { rows?: number; label: string }) {
  const shown = useAfter(QUIET_MS);
  if (!shown) return null;
  return (
    <div role="status" aria-label={label} className="space-y-px">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="h-13 rounded-chip bg-sunken" />
      ))}
    </div>
  );
}
