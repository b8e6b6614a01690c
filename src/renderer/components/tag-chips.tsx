import { UntrustedText } from "./untrusted-text.tsx";

/** The tags of one thing, in a row of a list. Nothing where it has none. */
export function TagChips({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className="inline-flex min-w-0 items-center gap-1 overflow-hidden align-middle">
      <span className="sr-only">tagged </span>
      {tags.map((tag) => (
        <span
          key={tag}
          className="max-w-32 truncate rounded-chip border border-border bg-sunken px-1 text-badge text-text-2"
        >
          <UntrustedText text={tag} />
        </span>
      ))}
    </span>
  );
}
