import type { ProfileUpdate } from "@local-mcp/contract";
import { create } from "zustand";

/** What was changed in the settings of a profile and not saved yet. */
export type ProfileDraft = Pick<
  ProfileUpdate,
  "name" | "slug" | "description" | "namePolicy" | "tags"
>;

interface ProfileDrafts {
  /** By id of the profile. */
  drafts: Readonly<Record<string, ProfileDraft>>;
  /** Null drops it. */
  keep: (profileId: string, draft: ProfileDraft | null) => void;
}

/** Kept while the window lives, so that looking at another page loses nothing. */
export const useProfileDrafts = create<ProfileDrafts>((set) => ({
  drafts: {},
  keep: (profileId, draft) =>
    set(({ drafts }) => {
      const { [profileId]: _, ...others } = drafts;
      return { drafts: draft === null ? others : { ...others, [profileId]: draft } };
    }),
}));
