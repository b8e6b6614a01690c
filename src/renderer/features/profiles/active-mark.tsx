/** Says that `/mcp` follows this profile. */
export function ActiveMark() {
  return (
    <span className="inline-flex items-center gap-1.5 text-meta whitespace-nowrap text-text-2">
      <span aria-hidden className="size-2 rounded-full bg-current" />
      Active
    </span>
  );
}
