import { usePlace } from "../../app/router.ts";
import { ProfileDetail } from "./profile-detail.tsx";
import { ProfileList } from "./profile-list.tsx";

/** `/profiles`, and one of them at `/profiles/SLUG/TAB`. */
export function ProfilesPage() {
  const [slug, tab] = usePlace().parts;
  return slug === undefined ? <ProfileList /> : <ProfileDetail slug={slug} tab={tab} />;
}
