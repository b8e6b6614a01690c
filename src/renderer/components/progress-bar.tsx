interface ProgressBarProps {
  /** Id of the text that says what goes on. */
  label: string;
  /** 0 to 100; null where it cannot be known. */
  percent: number | null;
}

/** How far something is. */
export function ProgressBar({ label, percent }: ProgressBarProps) {
  const whole = percent === null ? null : Math.round(percent);
  return (
    <div
      role="progressbar"
      aria-labelledby={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={whole ?? undefined}
      className="h-1.5 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className={`h-full bg-accent ${whole === null ? "w-1/3 animate-pulse" : ""}`}
        style={whole === null ? undefined : { width: `${whole}%` }}
      />
    </div>
  );
}
