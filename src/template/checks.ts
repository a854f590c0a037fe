import { dynamicReferences, isUnmodelled, refusalOfDynamic } from "./dynamic.js";
import { faultOf, isConditionFunction, languageExtensions } from "./functions.js";
import type { Problems } from "./problems.js";
import { isPseudoParameter } from "./pseudo.js";
import { functionsIn, referencesOf, type Reference, type Visit } from "./references.js";
import { partsOfSub } from "./sub.js";
import { findCycle } from "./graph.js";
import type { Template } from "./template.js";
import { isList, isScalar, isValues, type Path, type Value } from "./value.js";

/** Everything that can be said of functions and references without values: shapes, unknown names, cycles of conditions. */
export function checkReferences(template: Template, problems: Problems): void {
  for (const [name, condition] of template.conditions) checkCondition(template, name, condition, problems);
  for (const resource of template.resources.values()) {
    const path = ["Resources", resource.logicalId];
    checkExpression(template, resource.properties, [...path, "Properties"], "Resources", problems);
    if (resource.creationPolicy !== undefined) {
      const { count, timeout } = resource.creationPolicy;
      const at = [...path, "CreationPolicy", "ResourceSignal"];
      checkExpression(template, count, [...at, "Count"], "Resources", problems);
      checkExpression(template, timeout, [...at, "Timeout"], "Resources", problems);
    }
    if (resource.condition !== undefined) checkConditionName(template, resource.condition, [...path, "Condition"], problems);
    for (const name of resource.dependsOn)
      if (!template.resources.has(name))
        problems.add(
          [...path, "DependsOn"],
          `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
        );
  }
  for (const output of template.outputs.values()) {
    const path = ["Outputs", output.name];
    checkExpression(template, output.value, [...path, "Value"], "Outputs", problems);
    if (output.exportName !== undefined) {
      const at = [...path, "Export", "Name"];
      checkExpression(template, output.exportName, at, "Outputs", problems);
      if (dependsOnOthers(template, output.exportName))
        problems.add(
          at,
          `Template error: Output ${output.name} is malformed. The Name field of Export must not depend on any resources, imported values, or Fn::GetAZs.`,
        );
    }
    if (output.condition !== undefined) checkConditionName(template, output.condition, [...path, "Condition"], problems);
  }
  for (const rule of template.rules.values())
    for (const visit of functionsIn(
      [rule.condition ?? "", ...rule.assertions.map(({ assert }) => assert)],
      ["Rules", rule.name],
    )) {
      const at = ["Rules", rule.name];
      const fault = faultOf(visit.call, { inRules: true });
      if (fault !== undefined) problems.add(at, fault);
      for (const reference of referencesOf(visit))
        if (reference.kind !== "ref" || !(template.parameters.has(reference.name) || isPseudoParameter(reference.name)))
          problems.add(
            at,
            `Template format error: Unresolved dependencies [${reference.name}]. Rules may refer to parameters of the template only`,
          );
    }
  const uses = new Map(
    [...template.conditions].map(([name, value]) => [
      name,
      functionsIn(value, [], { inConditions: true })
        .flatMap(referencesOf)
        .filter(({ kind }) => kind === "condition")
        .map((reference) => reference.name),
    ]),
  );
  const cycle = findCycle(uses);
  if (cycle !== undefined)
    problems.add(
      ["Conditions", cycle[0] ?? ""],
      `Template format error: Circular dependency between conditions: [${cycle.join(", ")}]`,
    );
}

function checkCondition(template: Template, name: string, condition: Value, problems: Problems): void {
  const path = ["Conditions", name];
  const visits = functionsIn(condition, path, { inConditions: true });
  const outermost = visits[0];
  if (outermost === undefined || outermost.path.length !== path.length + 1 || !isConditionFunction(outermost.call.name))
    problems.add(
      path,
      "Template format error: Every Conditions member must be one of the functions Fn::And, Fn::Equals, Fn::Not, Fn::Or or Condition",
    );
  for (const visit of visits) {
    if (!checkShape(template, visit, problems)) continue;
    if (visit.call.name === "Fn::ImportValue")
      problems.add(visit.path, "Template error: Fn::ImportValue cannot be used in the Conditions block of the template");
    if (visit.call.name === "Fn::GetAtt")
      problems.add(visit.path, "Template error: Fn::GetAtt cannot be used in the Conditions block of the template");
    for (const reference of referencesOf(visit)) {
      if ((reference.kind === "ref" || reference.kind === "attribute") && template.resources.has(reference.name))
        problems.add(
          reference.path,
          `Template format error: Unresolved dependencies [${reference.name}]. Cannot reference resources in the Conditions block of the template`,
        );
      else checkReference(template, reference, "Conditions", problems);
    }
  }
}

function checkExpression(template: Template, value: Value, path: Path, block: "Resources" | "Outputs", problems: Problems): void {
  checkDynamicReferences(value, path, block, problems);
  checkMixedKeys(value, path, problems);
  for (const visit of functionsIn(value, path)) {
    if (!checkShape(template, visit, problems)) continue;
    if (visit.call.name === "Fn::ImportValue" && dependsOnOthers(template, visit.call.argument))
      problems.add(
        visit.path,
        "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs",
      );
    if (isConditionFunction(visit.call.name))
      problems.add(
        visit.path,
        `Template error: ${visit.call.name} may be used in the Conditions block of the template only; name the condition in Fn::If`,
      );
    for (const reference of referencesOf(visit)) checkReference(template, reference, block, problems);
  }
}

/** Does a value depend on what is known only in the course of a deployment? */
const dependsOnOthers = (template: Template, value: Value): boolean =>
  functionsIn(value, []).some(
    (visit) =>
      ["Fn::ImportValue", "Fn::GetAZs", "Fn::GetAtt"].includes(visit.call.name) ||
      referencesOf(visit).some(({ kind, name }) => kind === "attribute" || (kind === "ref" && template.resources.has(name))),
  );

function checkShape(template: Template, visit: Visit, problems: Problems): boolean {
  const fault = faultOf(visit.call, { extensions: template.transforms.includes(languageExtensions) });
  if (fault !== undefined) {
    problems.add(visit.path, fault);
    return false;
  }
  if (visit.call.name !== "Fn::Sub") return true;
  const { argument } = visit.call;
  try {
    partsOfSub(String(isList(argument) ? argument[0] : argument));
    return true;
  } catch (error) {
    problems.add(visit.path, (error as Error).message);
    return false;
  }
}

function checkReference(template: Template, reference: Reference, block: string, problems: Problems): void {
  const { name, path } = reference;
  if (reference.kind === "condition") checkConditionName(template, name, path, problems);
  else if (reference.kind === "mapping") {
    if (!template.mappings.has(name))
      problems.add(path, `Template error: Mapping named '${name}' is not present in the 'Mappings' section of template.`);
  } else if (reference.kind === "attribute") {
    if (!template.resources.has(name))
      problems.add(path, `Template error: instance of Fn::GetAtt references undefined resource ${name}`);
  } else if (
    name.startsWith("AWS::") ? !isPseudoParameter(name) : !template.parameters.has(name) && !template.resources.has(name)
  )
    problems.add(path, `Template format error: Unresolved resource dependencies [${name}] in the ${block} block of the template`);
}

function checkConditionName(template: Template, name: string, path: Path, problems: Problems): void {
  if (!template.conditions.has(name))
    problems.add(
      path,
      `Template format error: Unresolved condition dependency ${name}: there is no such condition in the Conditions block of the template`,
    );
}

/** `{"Fn::Sub": …, "Other": …}` is neither a function nor an ordinary value. */
function checkMixedKeys(value: Value, path: Path, problems: Problems): void {
  if (isList(value)) value.forEach((item, index) => checkMixedKeys(item, [...path, index], problems));
  else if (isValues(value)) {
    const keys = Object.keys(value);
    const mixed = keys.length > 1 ? keys.find((key) => key.startsWith("Fn::")) : undefined;
    if (mixed !== undefined) problems.add([...path, mixed], `Template format error: ${mixed} must be the only key of its object`);
    for (const [key, item] of Object.entries(value)) checkMixedKeys(item, [...path, key], problems);
  }
}

function checkDynamicReferences(value: Value, path: Path, block: "Resources" | "Outputs", problems: Problems): void {
  if (isScalar(value)) {
    for (const reference of dynamicReferences(value)) {
      const refusal = refusalOfDynamic(reference);
      if (refusal !== undefined && isUnmodelled(reference)) problems.refuse(path, refusal);
      else if (refusal !== undefined) problems.add(path, refusal);
      else if (block === "Outputs")
        problems.refuse(
          path,
          `Sandtable does not model dynamic references in Outputs (${reference.text}); give the value as a parameter`,
        );
    }
  } else if (isList(value)) value.forEach((item, index) => checkDynamicReferences(item, [...path, index], block, problems));
  else if (isValues(value))
    for (const [key, item] of Object.entries(value)) checkDynamicReferences(item, [...path, key], block, problems);
}
