// The seeds filter answers by JSONPath, this gateway by JMESPath. What both can say is a path of
// names, places and wildcards.

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const STEP = /\.(?<name>[A-Za-z_][A-Za-z0-9_]*|\*)|\['(?<quoted>[^'"\\]+)'\]|\[(?<place>\d+|\*)\]/y;

/** @returns JMESPath; null for the whole answer; undefined where it cannot be said */
export function toJmesPath(jsonPath: string): string | null | undefined {
  if (!jsonPath.startsWith("$")) return undefined;
  let written = "";
  STEP.lastIndex = 1;
  while (STEP.lastIndex < jsonPath.length) {
    const { name, quoted, place } = STEP.exec(jsonPath)?.groups ?? {};
    if (place !== undefined) written += `[${place}]`;
    else {
      const step = name ?? quoted;
      if (step === undefined) return undefined;
      const isPlain = name !== undefined || NAME.test(step);
      written += `${written === "" ? "" : "."}${isPlain ? step : `"${step}"`}`;
    }
  }
  return written === "" ? null : written;
}

/** @returns JSONPath; null where it cannot be said, or is not said the same on its way back */
export function toJsonPath(jmesPath: string | null): string | null {
  if (jmesPath === null) return null;
  const steps = jmesPath.replace(/(^|\.)"([^'"\\]+)"/g, "['$2']");
  const path = steps.startsWith("[") ? `$${steps}` : `$.${steps}`;
  return toJmesPath(path) === jmesPath ? path : null;
}
