import { oc } from "@orpc/contract";
import { z } from "zod";
import { promptCreate, promptDraft, promptPreview, promptUpdate, promptView } from "./prompts.ts";
import {
  resourceContents,
  resourceContentWrite,
  resourceCreate,
  resourceUpdate,
  resourceView,
} from "./resources.ts";
import { rootCreate, rootUpdate, rootView } from "./roots.ts";
import { done, tagged } from "./shapes.ts";
import {
  openApiImport,
  openApiImported,
  openApiText,
  openApiView,
  toolCreate,
  toolTrial,
  toolUpdate,
  toolView,
} from "./tools.ts";

const tool = z.object({ tool: z.string() });
const prompt = z.object({ prompt: z.string() });
const resource = z.object({ resource: z.string() });
const root = z.object({ root: z.string() });

/** What the gateway defines itself; a part of the contract. */
export const localContract = {
  /** REST APIs that the gateway offers as tools of its own. */
  tools: {
    list: oc.route({ method: "GET", path: "/tools" }).input(tagged).output(z.array(toolView)),
    get: oc.route({ method: "GET", path: "/tools/{tool}" }).input(tool).output(toolView),
    create: oc
      .route({ method: "POST", path: "/tools", successStatus: 201 })
      .input(toolCreate)
      .output(toolView),
    update: oc
      .route({ method: "PATCH", path: "/tools/{tool}" })
      .input(tool.extend({ changes: toolUpdate }))
      .output(toolView),
    remove: oc.route({ method: "DELETE", path: "/tools/{tool}" }).input(tool).output(done),
    /** Calls it as a client would, in whatever profile it is, and shows what happened on the way. */
    test: oc
      .route({ method: "POST", path: "/tools/{tool}/test" })
      .input(tool.extend({ arguments: z.record(z.string(), z.unknown()).default({}) }))
      .output(toolTrial),
    /** What tools an OpenAPI document would give. Stores nothing, fetches nothing. */
    readOpenApi: oc
      .route({ method: "POST", path: "/openapi/read" })
      .input(z.object({ text: openApiText }))
      .output(openApiView),
    /** Makes tools of its operations, all that were chosen or none. */
    importOpenApi: oc
      .route({ method: "POST", path: "/openapi/import", successStatus: 201 })
      .input(openApiImport)
      .output(openApiImported),
  },
  /** Templates that the gateway offers as prompts of its own. */
  prompts: {
    list: oc.route({ method: "GET", path: "/prompts" }).input(tagged).output(z.array(promptView)),
    get: oc.route({ method: "GET", path: "/prompts/{prompt}" }).input(prompt).output(promptView),
    create: oc
      .route({ method: "POST", path: "/prompts", successStatus: 201 })
      .input(promptCreate)
      .output(promptView),
    update: oc
      .route({ method: "PATCH", path: "/prompts/{prompt}" })
      .input(prompt.extend({ changes: promptUpdate }))
      .output(promptView),
    remove: oc.route({ method: "DELETE", path: "/prompts/{prompt}" }).input(prompt).output(done),
    /** What a template comes to with sample values. Stores nothing. */
    preview: oc
      .route({ method: "POST", path: "/templates/preview" })
      .input(promptDraft)
      .output(promptPreview),
  },
  /** What the gateway stores, or reads from files, and offers as resources of its own. */
  resources: {
    list: oc
      .route({ method: "GET", path: "/resources" })
      .input(tagged)
      .output(z.array(resourceView)),
    get: oc
      .route({ method: "GET", path: "/resources/{resource}" })
      .input(resource)
      .output(resourceView),
    create: oc
      .route({ method: "POST", path: "/resources", successStatus: 201 })
      .input(resourceCreate)
      .output(resourceView),
    update: oc
      .route({ method: "PATCH", path: "/resources/{resource}" })
      .input(resource.extend({ changes: resourceUpdate }))
      .output(resourceView),
    remove: oc
      .route({ method: "DELETE", path: "/resources/{resource}" })
      .input(resource)
      .output(done),
    /** Reads it as a client would. Of a template, with the values of its variables. */
    read: oc
      .route({ method: "POST", path: "/resources/{resource}/read" })
      .input(resource.extend({ variables: z.record(z.string(), z.string()).default({}) }))
      .output(resourceContents),
    /** Its content as it was written: of a template the Jinja, of a file where that is. */
    source: oc
      .route({ method: "GET", path: "/resources/{resource}/source" })
      .input(resource)
      .output(resourceContentWrite),
  },
  /** Folders and addresses that servers are told to work in, and files of resources are inside of. */
  roots: {
    list: oc.route({ method: "GET", path: "/roots" }).input(tagged).output(z.array(rootView)),
    get: oc.route({ method: "GET", path: "/roots/{root}" }).input(root).output(rootView),
    create: oc
      .route({ method: "POST", path: "/roots", successStatus: 201 })
      .input(rootCreate)
      .output(rootView),
    update: oc
      .route({ method: "PATCH", path: "/roots/{root}" })
      .input(root.extend({ changes: rootUpdate }))
      .output(rootView),
    remove: oc.route({ method: "DELETE", path: "/roots/{root}" }).input(root).output(done),
  },
};
