import { type CapabilityKind, LOCAL_SERVER } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, client } from "../../app/api.ts";
import { Checkbox } from "../../components/choice.tsx";
import { problemLine } from "../../components/problem-view.tsx";

interface ProfileChoiceProps {
  /** Slugs. */
  chosen: readonly string[];
  onChange: (slug: string, wanted: boolean) => void;
  /** One sentence. */
  hint: string;
  error?: unknown;
  disabled?: boolean;
}

/** Which profiles have it. Nothing where there is no profile. */
export function ProfileChoice({ chosen, onChange, hint, error, disabled }: ProfileChoiceProps) {
  const { data: profiles } = useQuery(api.profiles.list.queryOptions());
  if (!profiles || profiles.length === 0) return null;
  return (
    <fieldset className="space-y-1">
      <legend className="font-medium">Profiles</legend>
      <p className="text-meta text-text-2">{hint}</p>
      <div className="flex flex-wrap gap-x-4">
        {profiles.map(({ slug, name }) => (
          <Checkbox
            key={slug}
            label={name}
            checked={chosen.includes(slug)}
            disabled={disabled}
            onChange={(wanted) => onChange(slug, wanted)}
          />
        ))}
      </div>
      {error ? (
        <p role="alert" className="text-meta text-err">
          {problemLine(error)}
        </p>
      ) : null}
    </fieldset>
  );
}

interface MembershipProps {
  kind: CapabilityKind;
  /** Name of the tool or prompt, URI of the resource. */
  original: string;
  /** Slugs of those that have it. */
  profiles: readonly string[];
}

/** The same for what is stored: each choice is saved at once. */
export function Membership({ kind, original, profiles }: MembershipProps) {
  const change = useMutation({
    mutationFn: ({ slug, wanted }: { slug: string; wanted: boolean }) =>
      client.profiles.customize({
        profile: slug,
        changes: [{ kind, server: LOCAL_SERVER, original, enabled: wanted }],
      }),
  });
  return (
    <ProfileChoice
      chosen={profiles}
      hint="Clients of these profiles see it. Saved at once."
      error={change.error}
      disabled={change.isPending}
      onChange={(slug, wanted) => change.mutate({ slug, wanted })}
    />
  );
}
