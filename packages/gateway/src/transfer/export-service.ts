import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type ExportEstimate,
  type exportOptions,
  type ExportResult,
  GatewayError,
  KIND_OF_SEED,
  seedType,
} from "@local-mcp/contract";
import {
  allOf,
  availableIn,
  type Configuration as Entities,
  countsOf,
  type ExportSelection,
  kindsInFile,
  type Here,
  kindsOf,
  NOT_INCLUDED,
  optionsInFile,
  type SealedWith,
  secretPlaces,
  secretsOf,
  secretValues,
  selectForExport,
  writeContextForge,
  writeFile,
  toPortable,
  type WriteInput,
} from "@local-mcp/transfer";
import { MIN_SECRET_LENGTH } from "@local-mcp/vault";
import type { z } from "zod";
import { requireToReadSecrets } from "../api/context.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { Principal } from "../tokens/principal.ts";
import { ExportKeys, type ExportKeysOptions } from "./export-keys.ts";
import type { TransferStore } from "./store/transfer-store.ts";

export interface ExportServiceOptions extends ExportKeysOptions {
  store: Pick<TransferStore, "read" | "readClosed">;
  configuration: Pick<Configuration, "secret">;
  /** Base URL at which this gateway is reached. */
  address: () => string;
  here: Pick<Here, "home">;
}

type Wish = z.output<typeof exportOptions>;

type FileFacts = Omit<WriteInput, "form">;
/** Counts where not all that was chosen is in the file. */
type Written = Pick<ExportResult, "text" | "secrets" | "warnings"> &
  Partial<Pick<ExportResult, "counts" | "total">>;

/** Of a sealed secret in a file, roughly. */
const SEALED_BYTES = 90;

/** What seals the secrets of a file. */
interface SealingSecret {
  secret: string;
  with: SealedWith;
  /** Whether whoever asks for the file chose it, and can therefore open it. */
  isChosen: boolean;
}

/** Writes what is configured into a file. */
export class ExportService {
  readonly #options: ExportServiceOptions;
  readonly #keys: ExportKeys;
  readonly #now: () => number;

  constructor(options: ExportServiceOptions) {
    this.#options = options;
    this.#keys = new ExportKeys(options);
    this.#now = options.now ?? Date.now;
  }

  /**
   * What an export would hold. Opens no secret.
   *
   * @throws GatewayError export_unknown
   */
  async estimate(wish: Wish): Promise<ExportEstimate> {
    const all = this.#options.store.readClosed();
    const { chosen, added } = selectForExport(all, wish);
    const secrets = secretPlaces(chosen);
    const { text } = await writeFile({ ...this.#facts(wish, chosen, ""), form: "gateway" }, null);
    return {
      counts: countsOf(chosen),
      total: allOf(chosen).length,
      bytes: Buffer.byteLength(text) + (wish.secrets === "none" ? 0 : secrets * SEALED_BYTES),
      added,
      secrets,
      hasEncryptionSecret: this.#ownSecret() !== null,
      notIncluded: NOT_INCLUDED,
      available: availableIn(all, chosen),
    };
  }

  /**
   * @throws GatewayError export_unknown, export_nothing, export_secret_missing, token_lacks_right,
   * vault_…
   */
  async export(wish: Wish, principal: Principal): Promise<ExportResult> {
    refuseContradiction(wish);
    const { chosen, added } = await this.#choose(wish);
    const facts = this.#facts(wish, chosen, principal.name);
    const written =
      wish.format === "contextforge"
        ? this.#toContextForge(wish, facts, principal)
        : await this.#toFile(wish, wish.format, facts, principal);
    return {
      counts: countsOf(chosen),
      total: allOf(chosen).length,
      ...written,
      name: this.#name(),
      added,
      notIncluded: NOT_INCLUDED,
    };
  }

  /** Secrets are opened only where some of them are to be sealed. */
  async #choose(wish: Wish): Promise<ExportSelection> {
    const { store } = this.#options;
    const all = store.readClosed();
    const closed = selectForExport(all, wish);
    if (allOf(closed.chosen).length === 0) throw nothing(all, wish, this.#name());
    const isWithout =
      wish.secrets === "none" ||
      (wish.format === "contextforge" && wish.secretsOf === undefined) ||
      secretPlaces(closed.chosen) === 0;
    if (isWithout) return closed;
    // Each reading is of one moment, and long where there is much; others have their turn between.
    await nextTurn();
    return selectForExport(await store.read(), wish);
  }

  #facts(wish: Wish, entities: Entities, exportedBy: string): FileFacts {
    return {
      entities,
      kinds: kindsInFile(wish, entities),
      exportedAt: new Date(this.#now()).toISOString(),
      exportedBy,
      source: this.#options.address(),
      options: optionsInFile(wish),
      notIncluded: NOT_INCLUDED.map(({ what, how }) => `${what} ${how}`),
    };
  }

  async #toFile(
    wish: Wish,
    form: WriteInput["form"],
    facts: FileFacts,
    principal: Principal,
  ): Promise<Written> {
    const sealing = this.#sealing(wish, facts.entities, principal);
    const seal = sealing && (await this.#keys.sealFor(sealing.secret, sealing.with));
    const entities = toPortable(facts.entities, this.#options.here.home);
    const { text, sealed, left } = await writeFile({ ...facts, entities, form }, seal);
    return { text, secrets: { sealed, left }, warnings: [] };
  }

  #toContextForge(wish: Wish, facts: FileFacts, principal: Principal): Written {
    const { secretsOf: selection } = wish;
    const { entities, kinds, exportedAt, exportedBy, source, options } = facts;
    const named = selection && selectForExport(entities, { ...EVERYTHING, selection }).chosen;
    const sealing = named ? this.#sealing(wish, named, principal) : null;
    const { text, warnings, sealed, gateways } = writeContextForge({
      configuration: entities,
      kinds,
      exportedAt,
      exportedBy,
      sourceGateway: source,
      exportOptions: options,
      secret: sealing?.secret ?? null,
      secretsOf: selection ?? {},
    });
    const written = sealed.reduce((sum, entity) => sum + secretsOf(entity).length, 0);
    const left = secretPlaces(entities) - written;
    const counts = { ...countsOf(entities), server: gateways };
    const total = allOf(entities).length - entities.server.length + gateways;
    return { text, warnings, secrets: { sealed: sealed.length, left }, counts, total };
  }

  /**
   * What seals the secrets of these; null where there are none to seal.
   *
   * @throws GatewayError export_secret_missing, token_lacks_right, validation_failed
   */
  #sealing(wish: Wish, chosen: Entities, principal: Principal): SealingSecret | null {
    const count = wish.secrets === "none" ? 0 : secretValues(chosen);
    if (count === 0) return null;
    const sealing = this.#sealingSecret(wish);
    if (sealing === null) throw new GatewayError("export_secret_missing", { count });
    // The key of that program is unsalted: a secret that it is made of can be guessed.
    if (sealing.isChosen || wish.format === "contextforge") requireToReadSecrets(principal);
    if (sealing.secret.length >= MIN_SECRET_LENGTH) return sealing;
    const name = sealing.with === "passphrase" ? "passphrase" : `secret in ${sealing.with}`;
    throw new GatewayError("validation_failed", {
      detail: `The ${name} has less than ${MIN_SECRET_LENGTH} characters.`,
    });
  }

  #sealingSecret({ passphrase, encryptionSecret }: Wish): SealingSecret | null {
    if (passphrase !== undefined) return { secret: passphrase, with: "passphrase", isChosen: true };
    const secret = encryptionSecret ?? this.#ownSecret();
    const isChosen = encryptionSecret !== undefined;
    return secret === null ? null : { secret, with: "AUTH_ENCRYPTION_SECRET", isChosen };
  }

  #ownSecret(): string | null {
    return this.#options.configuration.secret("AUTH_ENCRYPTION_SECRET");
  }

  #name(): string {
    return `mcp-config-${new Date(this.#now()).toISOString().slice(0, 10)}.json`;
  }
}

/** Every entity of those that are chosen already. */
const EVERYTHING = {
  kinds: undefined,
  without: [],
  tags: [],
  includeInactive: true,
  dependencies: false,
};

/** @throws GatewayError validation_failed */
function refuseContradiction({ format, secrets, secretsOf: named, passphrase }: Wish): void {
  const isForeign = format === "contextforge";
  const detail =
    named !== undefined && !isForeign
      ? "secretsOf: It belongs to the format contextforge; the others have all secrets."
      : named !== undefined && secrets === "none"
        ? "secretsOf: Every secret is left out."
        : passphrase !== undefined && isForeign
          ? "passphrase: ContextForge opens secrets with its AUTH_ENCRYPTION_SECRET alone."
          : null;
  if (detail !== null) throw new GatewayError("validation_failed", { detail });
}

/** Why there is nothing to export, and what to look at. */
function nothing(all: Entities, wish: Wish, name: string): GatewayError {
  const entities = allOf(all);
  if (entities.length === 0) return new GatewayError("export_empty");
  const kinds = kindsOf(wish);
  const asked = seedType.options.filter((type) => kinds.includes(KIND_OF_SEED[type]));
  const isPart = asked.length > 0 && asked.length < seedType.options.length;
  const types = isPart ? ` --types ${asked.join(",")}` : "";
  const known = [...new Set(entities.flatMap(({ fields }) => fields.tags))].toSorted().slice(0, 10);
  const tags =
    wish.tags.length === 0
      ? ""
      : known.length === 0
        ? "nothing has a tag yet; "
        : `the tags that there are: ${known.join(", ")}; `;
  return new GatewayError("export_nothing", { types, tags, name });
}
