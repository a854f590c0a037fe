import { PartialText } from "../described.js";
import type { PolicyDocument, PolicyStatement, UnknownParts } from "../identity.js";
import { accountNotKnown, isUnknown, Unknown, type Maybe } from "../maybe.js";
import type { Reading } from "./reading.js";

/**
 * A policy document, single values as lists. Parts that are not known stand in its texts as `${…}`: `${Bucket.Arn}` for an attribute
 * of a resource of the graph, else the name of the parameter, or why it is not known.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function policyOf(read: Reading): Maybe<PolicyDocument> | undefined {
  if (!read.given) return undefined;
  if (read.unknown !== undefined) return read.unknown;
  const document = written(read);
  const { place } = read;
  const statements = document.at("Statement").list().map(statementOf);
  return { statements, ...(place === undefined ? {} : { place }) };
}

/** Some services take a policy as its JSON text. */
function written(read: Reading): Reading {
  if (typeof read.value !== "string") return read;
  try {
    return read.with(JSON.parse(read.value));
  } catch {
    return read.with({});
  }
}

const texts = (read: Reading): readonly string[] => read.list().map((item) => item.rendered());

function statementOf(statement: Reading): PolicyStatement {
  const sid = statement.at("Sid").text();
  const unknown = unknownOf(statement);
  return {
    ...(typeof sid === "string" ? { sid } : {}),
    // What neither allows nor denies for sure is taken for the one that a judge has to look at.
    effect: statement.at("Effect").text() === "Deny" ? "Deny" : "Allow",
    actions: texts(statement.at("Action")),
    notActions: texts(statement.at("NotAction")),
    resources: texts(statement.at("Resource")),
    notResources: texts(statement.at("NotResource")),
    principals: statement.at("NotPrincipal").given ? "*" : principalsOf(statement.at("Principal")),
    conditions: Object.fromEntries(
      statement
        .at("Condition")
        .entries()
        .map(([operator, keys]) => [operator, Object.fromEntries(keys.entries().map(([key, values]) => [key, texts(values)]))]),
    ),
    ...(Object.keys(unknown).length === 0 ? {} : { unknown }),
  };
}

function unknownOf(statement: Reading): UnknownParts {
  const effect = statement.at("Effect").text();
  const principal = statement.at("Principal");
  const condition = statement.at("Condition");
  const found: { [part in keyof UnknownParts]: Unknown | undefined } = {
    effect: isUnknown(effect) ? effect : undefined,
    principals: principal.entries().length === 0 ? openIn(principal) : openIn(principal.at("AWS")),
    // Half an action (`s3:${Verb}`) may hold a star like a whole one.
    actions: [...statement.at("Action").list(), ...statement.at("NotAction").list()]
      .map((action) => action.text())
      .find(isUnknown),
    resources: openIn(statement.at("Resource")) ?? openIn(statement.at("NotResource")),
    conditions: condition.unknown ?? condition.entries().find(([, keys]) => keys.unknown !== undefined)?.[1].unknown,
  };
  return Object.fromEntries(Object.entries(found).filter(([, why]) => why !== undefined));
}

/** Why an item of a list may be anything: nothing of its text is known. A resource that it refers to is one, so no star. */
const openIn = (read: Reading): Unknown | undefined => read.list().map(whollyUnknown).find(isUnknown);

function whollyUnknown({ value }: Reading): Unknown | undefined {
  const parts = value instanceof PartialText ? value.parts : [value];
  const [first] = parts;
  return first instanceof Unknown && first.why !== accountNotKnown && parts.every(isUnknown) ? first : undefined;
}

function principalsOf(read: Reading): PolicyStatement["principals"] {
  if (!read.given) return undefined;
  if (read.value === "*") return "*";
  const kinds = read.entries();
  return kinds.length === 0 ? { AWS: texts(read) } : Object.fromEntries(kinds.map(([kind, names]) => [kind, texts(names)]));
}
