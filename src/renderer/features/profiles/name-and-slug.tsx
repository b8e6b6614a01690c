import { TextField } from "../../components/field.tsx";
import { slugFor, slugProblem } from "./slug.ts";

export interface NameAndSlug {
  name: string;
  slug: string;
  /** Whether the slug was typed; until then it follows the name. */
  ownSlug: boolean;
}

/** With the slug that belongs to the name. */
export const named = (name: string, taken: readonly string[]): NameAndSlug => ({
  name,
  slug: slugFor(name, taken),
  ownSlug: false,
});

export const isComplete = ({ name, slug }: NameAndSlug, taken: readonly string[]): boolean =>
  name.trim() !== "" && slugProblem(slug, taken) === null;

interface FieldsProps {
  value: NameAndSlug;
  onChange: (value: NameAndSlug) => void;
  /** Slugs of the other profiles. */
  taken: readonly string[];
  /** URL without the slug; null while nothing listens. */
  base: string | null;
  /** What the gateway said about the slug. */
  error?: string | null;
}

/** What people call a profile, and what its URL ends in. */
export function NameAndSlugFields({ value, onChange, taken, base, error }: FieldsProps) {
  const { name, slug, ownSlug } = value;
  const problem = name === "" && slug === "" ? null : slugProblem(slug, taken);
  return (
    <>
      <TextField
        label="Name"
        value={name}
        maxLength={200}
        onChange={(event) => {
          const typed = event.target.value;
          onChange(ownSlug ? { ...value, name: typed } : named(typed, taken));
        }}
      />
      <TextField
        label="Slug"
        mono
        hint={
          <>
            Its URL is{" "}
            <span className="font-mono break-all">
              {base ?? ""}/mcp/{slug}
            </span>
          </>
        }
        error={problem ?? error}
        value={slug}
        maxLength={50}
        onChange={(event) => onChange({ name, slug: event.target.value, ownSlug: true })}
      />
    </>
  );
}
