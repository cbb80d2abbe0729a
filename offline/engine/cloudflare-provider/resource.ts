import { checkShape, type Shape } from "../provider-server/check";
import type { CheckFailure, ResourceType } from "../provider-server/resource-type";
import { ProviderError } from "../provider-server/resource-type";
import { changesByTable, comparable, type SemanticsTable } from "../provider-server/semantics";
import { deepEqual, isRecord, type Props, UNKNOWN } from "../provider-server/wire";
import { type Api, unlessGone } from "./client";
import { fromApi, toApi } from "./names";

/** How one kind of thing lies in the API. */
export interface RestKind {
  shape: Shape;
  semantics: SemanticsTable;
  /** Outputs that are no inputs. */
  outputs: readonly string[];
  secrets?: readonly string[];
  warnings?: { create?: string; delete?: string };
  /** Inputs that stand in the path and not in the body; in the order in which an id names them. */
  scope: readonly string[];
  /** Sent where the program says nothing. */
  defaults?: Props;
  /** Outputs that the SDK has as JSON text. */
  texts?: readonly string[];
  /** One thing's path, or with no id the path to create one at. */
  path(scope: Props, id?: string): string;
  create: "post" | "put";
  update: "put" | "patch";
  delete: boolean;
  /** The thing's id where its answer has none. */
  idOf?(scope: Props): string;
  check?(inputs: Props): CheckFailure[];
}

/** A resource type on the API: created, read, updated and deleted by one path. */
export function restType(kind: RestKind, api: () => Api): ResourceType {
  const keys = Object.keys(kind.semantics);
  const isUnknown = (value: unknown) => value === UNKNOWN;
  const body = (inputs: Props): Props => {
    const own = Object.entries({ ...kind.defaults, ...inputs });
    return toApi(Object.fromEntries(own.filter(([key]) => !kind.scope.includes(key))));
  };
  /** Outputs: what the API has, else what was given, as for a secret. */
  const stateOf = (answer: Props, inputs: Props): Props => {
    const real = fromApi(answer);
    for (const key of kind.texts ?? []) {
      const value = answer[key];
      if (value !== undefined && value !== null) real[key] = JSON.stringify(value);
    }
    return Object.fromEntries(
      [...keys, ...kind.outputs].map((key) => [
        key,
        kind.scope.includes(key) ? inputs[key] : (real[key] ?? inputs[key]),
      ]),
    );
  };

  return {
    autoName: false,
    computed: kind.outputs,
    ...(kind.secrets ? { secrets: kind.secrets } : {}),
    ...(kind.warnings ? { warnings: kind.warnings } : {}),
    check(inputs) {
      const failures = checkShape(inputs, kind.shape, "", isUnknown);
      return failures.length > 0 ? failures : (kind.check?.(inputs) ?? []);
    },
    // The official plugin makes the new thing first, as there is no name of its own making.
    diff: (old, news) => ({
      changes: changesByTable(kind.semantics, old.inputs, news),
      deleteBeforeReplace: false,
    }),

    async create(inputs) {
      const answer = record(await api().request(kind.create, kind.path(inputs), body(inputs)));
      return { id: kind.idOf?.(inputs) ?? String(answer["id"]), state: stateOf(answer, inputs) };
    },

    async read(id, recorded) {
      const scope = scopeOf(kind, id, recorded.inputs ?? recorded.state ?? {});
      const ownId = id.split("/").at(-1) ?? id;
      const found = await unlessGone(() => api().request("get", kind.path(scope, ownId)));
      // A deleted tunnel may still be answered, with the time of its end.
      if (!isRecord(found) || isSet(found["deleted_at"])) return undefined;
      const real = stateOf(found, scope);
      const inputs = recorded.inputs
        ? refreshed(kind.semantics, recorded.inputs, real)
        : Object.fromEntries(keys.map((key) => [key, real[key]]));
      return { id: ownId, inputs, state: stateOf(found, { ...inputs, ...scope }) };
    },

    async update(id, old, news) {
      const changed = changesByTable(kind.semantics, old.inputs, news);
      const whole = body(news);
      const names = Object.keys(
        toApi(Object.fromEntries(changed.map(({ property }) => [property, true]))),
      );
      const sent =
        kind.update === "put"
          ? whole
          : Object.fromEntries(Object.entries(whole).filter(([key]) => names.includes(key)));
      const answer = await api().request(kind.update, kind.path(news, id), sent);
      return stateOf(record(answer), news);
    },

    async delete(id, state) {
      if (!kind.delete) return;
      await unlessGone(() => api().request("delete", kind.path(state, id)));
    },
  };
}

/**
 * What stands in the path: recorded, or for an import part of its id, as `zone/record` or
 * `accounts/account/app`.
 */
function scopeOf(kind: RestKind, id: string, recorded: Props): Props {
  const known = Object.entries(recorded).filter(([key]) => kind.scope.includes(key));
  if (known.length > 0) return Object.fromEntries(known);
  const parts = id.split("/");
  const [first = "accountId"] = kind.scope;
  if (parts.length < 2) throw new ProviderError(`${id}: import it as <${first}>/<id>`);
  const key = parts.length > 2 && parts[0] === "zones" ? "zoneId" : first;
  const tunnel = kind.scope.includes("tunnelId") ? { tunnelId: parts.at(-1) } : {};
  return { [key]: parts.at(-2), ...tunnel };
}

/** Recorded inputs brought up to date: of what the program gives, what the API has by now. */
function refreshed(table: SemanticsTable, recorded: Props, real: Props): Props {
  const result: Props = { ...recorded };
  for (const [key, semantics] of Object.entries(table)) {
    const given = recorded[key];
    if (given === undefined || !semantics.readBack) continue;
    const actual = likeGiven(given, real[key]);
    if (!deepEqual(comparable(given, semantics), comparable(actual, semantics))) {
      result[key] = actual;
    }
  }
  return result;
}

/** `actual` without the fields that the API added to what was given. */
function likeGiven(given: unknown, actual: unknown): unknown {
  if (Array.isArray(given) && Array.isArray(actual)) {
    return actual.map((item: unknown, i) => likeGiven(given[i], item));
  }
  if (!isRecord(given) || !isRecord(actual)) return actual;
  return Object.fromEntries(
    Object.entries(actual)
      .filter(([key]) => key in given)
      .map(([key, item]) => [key, likeGiven(given[key], item)]),
  );
}

function isSet(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !value.startsWith("0001-");
}

function record(answer: unknown): Props {
  if (!isRecord(answer)) throw new ProviderError("the API answered without a result");
  return answer;
}
