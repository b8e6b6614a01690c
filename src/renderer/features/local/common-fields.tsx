import type { CapabilityKind } from "@local-mcp/contract";
import { TextArea, TextField } from "../../components/field.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { TagsField } from "../../components/tags-field.tsx";
import type { FieldProblems } from "./field-problems.ts";
import { Membership, ProfileChoice } from "./profile-choice.tsx";

interface Common {
  title: string;
  description: string;
  tags: string[];
}

interface CommonFieldsProps {
  kind: CapabilityKind;
  draft: Common;
  problems: FieldProblems;
  onChange: (part: Partial<Common>) => void;
  /** Where it is stored; null for a new one. */
  stored: { original: string; profiles: readonly string[] } | null;
  /** The profiles that a new one joins. */
  chosen: readonly string[];
  onChosen: (profiles: readonly string[]) => void;
  /** Why nothing was saved, where no field can say it. */
  error: Error | null;
}

/** The end of the form of a prompt or resource: what people read, tags, profiles. */
export function CommonFields(props: CommonFieldsProps) {
  const { kind, draft, problems, onChange, stored, chosen, onChosen, error } = props;
  return (
    <>
      <TextField
        id="field-title"
        label="Title"
        hint="For people. Clients show the name where there is none."
        maxLength={200}
        error={problems["title"]}
        value={draft.title}
        onChange={(event) => onChange({ title: event.target.value })}
      />
      <TextArea
        id="field-description"
        label="Description"
        rows={2}
        maxLength={10_000}
        className="field-sizing-content min-h-14!"
        error={problems["description"]}
        value={draft.description}
        onChange={(event) => onChange({ description: event.target.value })}
      />
      <TagsField
        id="field-tags"
        tags={draft.tags}
        error={problems["tags"]}
        onChange={(tags) => onChange({ tags })}
      />
      {stored === null ? (
        <ProfileChoice
          chosen={chosen}
          hint="Clients of these profiles will see it."
          onChange={(slug, wanted) =>
            onChosen(wanted ? [...chosen, slug] : chosen.filter((other) => other !== slug))
          }
        />
      ) : (
        <Membership kind={kind} original={stored.original} profiles={stored.profiles} />
      )}
      {error ? <ProblemView what="Nothing was saved." error={error} /> : null}
    </>
  );
}
