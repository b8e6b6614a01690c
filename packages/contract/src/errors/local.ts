import type { ErrorEntry } from "./entry.ts";

/** What the gateway itself defines: tools, prompts, resources and roots of its own. */
export const LOCAL_ERRORS = {
  local_not_found: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The gateway has no {kind} “{name}” of its own.",
    wayOut: "“local-mcp-gateway {kind}s list” shows those it has.",
  },
  openapi_unreadable: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "This is not an OpenAPI document that can be read: {detail}.",
    wayOut: "Give an OpenAPI 3.0 or 3.1 document, as JSON or YAML; nothing was changed.",
  },
  openapi_too_old: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "This document is Swagger {version}; OpenAPI 3.0 and 3.1 are read.",
    wayOut: "Convert it, for example with “npx swagger2openapi FILE”; nothing was changed.",
  },
  openapi_nothing: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "No operation of this OpenAPI document can become a tool.",
    wayOut: "Look at each with “local-mcp-gateway tools import openapi FILE --list”.",
  },
  openapi_no_operation: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "No tool can be made of “{operation}”: {problem}",
    wayOut:
      "“local-mcp-gateway tools import openapi FILE --list” shows what can be chosen; nothing was changed.",
  },
  profile_off: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The profile “{profile}” is turned off.",
    wayOut: "Turn it on with “local-mcp-gateway profiles edit {profile} --enable”.",
  },
  prompt_refused: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "The prompt “{prompt}” cannot be made of these arguments: {detail}",
    wayOut: "Correct the arguments and ask for it again.",
  },
  prompt_failed: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The prompt “{prompt}” cannot be made: {detail}",
    wayOut: "Give it other values, or correct its template.",
  },
  sandbox_too_slow: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{what} took longer than {seconds} s and was stopped.",
    wayOut: "Make it do less, or give it less to work on.",
  },
  sandbox_too_big: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{what} needed more memory than it may have, or came to more than {limit}.",
    wayOut: "Make it do less, or give it less to work on.",
  },
  sandbox_ended: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The gateway stopped while this was running.",
    wayOut: "Try it again once the gateway is running.",
  },
  filter_failed: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The response filter does not work here: {detail}",
    wayOut: "Correct the JMESPath expression.",
  },
  resource_too_big: {
    http: 413,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{field}: the content is over 10 MiB, which is the most that a resource may have.",
    wayOut: "Split it into several resources.",
  },
  resource_text_failed: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The text of “{uri}” cannot be made: {reason}",
    wayOut: "Mend the template, or ask for other values.",
  },
  resource_root_missing: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "content.root: the root that the file is in is not there any more, or turned off.",
    wayOut: "Turn the root on, or choose another for this resource.",
  },
  root_unusable: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "content.root: “{root}” is not a folder of this computer.",
    wayOut: "Choose a root whose folder is on this computer, or make the folder.",
  },
  resource_outside_root: {
    http: 403,
    jsonRpc: -32603,
    exit: 1,
    sentence: "content.path: “{path}” leads out of its root, or into the gateway's own directory.",
    wayOut: "Choose a file inside of the root, or another root.",
  },
  resource_not_a_file: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "content.path: “{path}” is not a file but a folder, a device or a pipe.",
    wayOut: "Choose a file.",
  },
  resource_unreadable: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "content.path: “{path}” cannot be read ({code}).",
    wayOut: "Let the person who runs the gateway read the file.",
  },
  tool_address_blocked: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "The tool “{tool}” may not reach “{host}”: it is {rule}.",
    wayOut:
      "Where the tool's own URL is on this computer or its network, allow it: --allow-private-network on the command line, “May reach this computer and its network” in the editor, allowPrivateNetwork in the API. Redirects lead to public https addresses only, and what hands out a cloud's credentials is never reached.",
  },
  tool_unreachable: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The tool “{tool}” was not answered by {host}: {reason}",
    wayOut:
      "Check that it runs, the network and the proxy. Whether it has done something only it knows; the gateway does not ask again by itself.",
  },
  tool_too_late: {
    http: 504,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The tool “{tool}” was not answered by {host} within {seconds} s.",
    wayOut:
      "It may still be at it: look there before you call again. “local-mcp-gateway tools edit {tool} --timeout SECONDS” gives it longer.",
  },
  tool_answer_too_large: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The tool “{tool}” was answered more than {limit} by {host}.",
    wayOut:
      "Ask for less, or allow more with “local-mcp-gateway tools edit {tool} --max-response BYTES”.",
  },
  tool_busy: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "The tool “{tool}” is busy: {limit} calls of it are under way. This one was not sent.",
    wayOut:
      "Call it again once one is done, or allow more with “local-mcp-gateway settings set maxConcurrentCalls NUMBER”.",
  },
  tool_secret_unset: {
    http: 409,
    jsonRpc: -32603,
    exit: 3,
    sentence: "The tool “{tool}” has no value for its secret “{name}”.",
    wayOut: "Give it again with “local-mcp-gateway tools edit {tool}”, or in the editor.",
  },
  tool_arguments: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "The arguments of “{tool}” do not fit: {detail}",
    wayOut: "Correct them and call it again; nothing was sent.",
  },
  metrics_stopped: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Calls are not counted, {dropped} so far: {reason}",
    wayOut: "Calls themselves work. Counting goes on by itself once this is mended.",
  },
  traffic_set_aside: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "The file with debug logs and single calls was damaged. It is kept as {path}, and a new one was begun.",
    wayOut:
      "Nothing has to be done. What is configured and what was summed up is untouched; delete the old file if you do not need it.",
  },
} as const satisfies Record<string, ErrorEntry>;
