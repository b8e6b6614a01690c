/**
 * What a secret is called among those of its owner in the vault, by its place in an entity (see
 * `secretsOf`): header names are the same in any case, and a tool shows in one way who it is.
 */
export function storedNameOf(place: string): string {
  const slash = place.indexOf("/");
  const [where, name] = [place.slice(0, slash), place.slice(slash + 1)];
  switch (where) {
    case "headers":
      return `header.${name.toLowerCase()}`;
    case "secrets":
      return `mark.${name}`;
    case "signIn":
      return name === "clientSecret" ? "sign-in.client-secret" : "sign-in.private-key";
    case "auth":
      return "auth";
    default:
      return `${where}.${name}`;
  }
}

/** Takes the place of a secret and its id; gives what is written there. */
export type At = (place: string, id: string) => string;

/** Opens the secrets of one entity, and notes those that have no value. */
export function opening(reveal: (id: string) => string | null) {
  const withheld: string[] = [];
  const at: At = (place, id) => {
    const value = reveal(id);
    if (value === null) withheld.push(place);
    return value ?? "";
  };
  return { at, withheld: (): string[] => withheld.toSorted() };
}
