import { functionOf } from "./functions.js";
import type { ParameterDeclaration, ParameterValue } from "./parameters.js";
import type { Problems } from "./problems.js";
import { resolve, ResolutionFault, type Lookup } from "./resolve.js";
import { isList, isScalar, isValues, type Path, type Value } from "./value.js";

/** One rule of the section Rules: assertions about parameters. */
export interface Rule {
  readonly name: string;
  readonly condition?: Value;
  readonly assertions: readonly { readonly assert: Value; readonly description?: string }[];
}

export function readRule(name: string, value: Value, path: Path, problems: Problems): Rule | undefined {
  if (!isValues(value)) return void problems.add(path, `Template format error: [/Rules/${name}] must be an object`);
  for (const key of Object.keys(value))
    if (key !== "RuleCondition" && key !== "Assertions")
      problems.add([...path, key], `Template format error: Invalid template rule property '${key}'`);
  const list = value["Assertions"];
  if (!isList(list) || !list.every((item) => isValues(item) && item["Assert"] !== undefined))
    return void problems.add(
      path,
      `Template format error: [/Rules/${name}] Every Rules object must contain a list of Assertions, each with an Assert member`,
    );
  const assertions = list.filter(isValues).map((item) => ({
    assert: item["Assert"] ?? null,
    ...(typeof item["AssertDescription"] === "string" ? { description: item["AssertDescription"] } : {}),
  }));
  return { name, assertions, ...(value["RuleCondition"] === undefined ? {} : { condition: value["RuleCondition"] }) };
}

/**
 * Hold the parameters' values against the rules.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export function checkRules(
  rules: Iterable<Rule>,
  declarations: ReadonlyMap<string, ParameterDeclaration>,
  parameters: ReadonlyMap<string, ParameterValue>,
  lookup: Lookup,
  problems: Problems,
): void {
  const ofType = (type: string): readonly string[] =>
    [...declarations.values()]
      .filter((declaration) => declaration.type === type)
      .flatMap(({ name }) => parameters.get(name)?.value ?? []);
  for (const rule of rules) {
    const path = ["Rules", rule.name];
    try {
      if (rule.condition !== undefined && !holds(rule.condition, [...path, "RuleCondition"])) continue;
      rule.assertions.forEach(({ assert, description }, index) => {
        const at = [...path, "Assertions", index];
        if (!holds(assert, [...at, "Assert"]))
          problems.add(at, `Template error: the assertion of rule ${rule.name} failed: ${description ?? JSON.stringify(assert)}`);
      });
    } catch (error) {
      if (!(error instanceof ResolutionFault)) throw error;
      problems.add(error.path, error.message);
    }
  }

  function holds(expression: Value, path: Path): boolean {
    const call = functionOf(expression);
    const here = call === undefined ? path : [...path, call.name];
    const operands = call !== undefined && isList(call.argument) ? call.argument : [];
    switch (call?.name) {
      case "Fn::And":
        return operands.every((operand, index) => holds(operand, [...here, index]));
      case "Fn::Or":
        return operands.some((operand, index) => holds(operand, [...here, index]));
      case "Fn::Not":
        return !holds(operands[0] ?? null, [...here, 0]);
      case "Fn::Equals":
        return texts(operands[0], [...here, 0]).join() === texts(operands[1], [...here, 1]).join();
      case "Fn::Contains": {
        const [wanted = ""] = texts(operands[1], [...here, 1]);
        return texts(operands[0], [...here, 0]).includes(wanted);
      }
      case "Fn::EachMemberEquals": {
        const [wanted = ""] = texts(operands[1], [...here, 1]);
        return texts(operands[0], [...here, 0]).every((item) => item === wanted);
      }
      case "Fn::EachMemberIn": {
        const among = texts(operands[1], [...here, 1]);
        return texts(operands[0], [...here, 0]).every((item) => among.includes(item));
      }
      default:
        throw new ResolutionFault(
          path,
          "Template error: a rule's condition and assertions must be one of Fn::And, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::Equals, Fn::Not or Fn::Or",
        );
    }
  }

  function texts(value: Value | undefined, path: Path): readonly string[] {
    const call = functionOf(value ?? null);
    if (call?.name === "Fn::RefAll") return ofType(String(call.argument));
    if (isList(value ?? null)) return (value as readonly Value[]).flatMap((item, index) => texts(item, [...path, index]));
    const resolved = resolve(value ?? null, lookup, path);
    if (isList(resolved)) return resolved.map(String);
    if (isScalar(resolved)) return [String(resolved)];
    throw new ResolutionFault(path, "Template error: a rule compares strings and lists of strings only");
  }
}
