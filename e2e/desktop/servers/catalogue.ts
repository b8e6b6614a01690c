/** Tools as real servers name them: `name · what it does · r(eads) or c(hanges data)`. */
type Tool = readonly [name: string, description: string, kind: "r" | "c"];

const verbs = (thing: string, plural: string): Tool[] => {
  const [one, many] = [thing, plural].map((name) => name.replaceAll("_", " "));
  const article = /^[aeiou]/.test(thing) ? "an" : "a";
  return [
    [`list_${plural}`, `List the ${many} you can see, newest first.`, "r"],
    [`get_${thing}`, `Read one ${one} with everything that belongs to it.`, "r"],
    [`search_${plural}`, `Find ${many} by words in their title or text.`, "r"],
    [`create_${thing}`, `Create a new ${one}.`, "c"],
    [
      `update_${thing}`,
      `Change the fields of ${article} ${one} that are named, leave the others.`,
      "c",
    ],
    [`delete_${thing}`, `Delete ${article} ${one}. It cannot be brought back.`, "c"],
  ];
};

const of = (...things: [string, string][]): Tool[] =>
  things.flatMap(([thing, plural]) => verbs(thing, plural));

/** By server; together more than two hundred. */
export const CATALOGUE: Record<string, Tool[]> = {
  github: of(
    ["issue", "issues"],
    ["pull_request", "pull_requests"],
    ["release", "releases"],
    ["branch", "branches"],
    ["workflow", "workflows"],
    ["label", "labels"],
  ),
  linear: of(["ticket", "tickets"], ["cycle", "cycles"], ["initiative", "initiatives"]),
  files: [
    ["read_file", "Read a file inside the allowed folders.", "r"],
    ["write_file", "Write a whole file inside the allowed folders.", "c"],
    ["edit_file", "Replace a part of a file and show the difference.", "c"],
    ["list_directory", "List what is in a folder.", "r"],
    ["search_files", "Find files by a pattern of their name.", "r"],
    ["move_file", "Move or rename a file.", "c"],
    ["search", "Find text in files.", "r"],
  ],
  postgres: of(["table", "tables"], ["view", "views"], ["query", "queries"], ["index", "indexes"]),
  sentry: of(["event", "events"], ["project", "projects"], ["alert", "alerts"], ["team", "teams"]),
  notion: of(
    ["page", "pages"],
    ["database", "databases"],
    ["comment", "comments"],
    ["block", "blocks"],
  ),
  browser: [
    ["open", "Open a page in a new tab.", "r"],
    ["click", "Click what a selector names.", "c"],
    ["type", "Type text into a field.", "c"],
    ["screenshot", "Take a picture of the page.", "r"],
    ["search", "Find text on the page.", "r"],
  ],
  calendar: of(["appointment", "appointments"], ["invitation", "invitations"], ["room", "rooms"]),
  mail: of(["mail", "mails"], ["folder", "folders"], ["draft", "drafts"], ["rule", "rules"]),
  kubernetes: of(["pod", "pods"], ["deployment", "deployments"], ["service", "services"]),
  "a-server-with-a-name-as-long-as-names-are-allowed": of(
    ["thing_with_a_rather_long_name", "things_with_a_rather_long_name"],
    ["other", "others"],
  ),
};
