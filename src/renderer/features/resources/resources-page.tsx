import { Page } from "../../components/page.tsx";

export function ResourcesPage() {
  return <Page title="Resources">{null}</Page>;
}
